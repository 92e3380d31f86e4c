#include "crm-server/store/turns.h"

#include <list>
#include <unordered_map>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace store {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

class Turns::Queues {
  public:
    struct Waiter {
        Timer timer;
        bool called = false;
    };
    using Queue = std::list<Waiter*>;

    /// Null when nobody has the key: it is the caller's now.
    Queue* find_or_begin(const std::string& key) {
        const auto [entry, begun] = queues_.try_emplace(key);
        return begun ? nullptr : &entry->second;
    }

    /// Calls the next one, if there is one.
    void end(const std::string& key) {
        const auto found = queues_.find(key);
        if (found->second.empty()) {
            queues_.erase(found);
            return;
        }
        Waiter* const next = found->second.front();
        found->second.pop_front();
        next->called = true;
        next->timer.cancel();
    }

    std::size_t size() const { return queues_.size(); }

  private:
    std::unordered_map<std::string, Queue> queues_;
};

namespace {

/// A place in a queue, which is left however the coroutine ends that has it.
class Place {
  public:
    Place(Turns::Queues::Queue& queue, Turns::Queues::Waiter& waiter)
        : queue_(queue), waiter_(waiter), place_(queue.insert(queue.end(), &waiter)) {}
    ~Place() {
        if (!waiter_.called) queue_.erase(place_);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

  private:
    Turns::Queues::Queue& queue_;
    const Turns::Queues::Waiter& waiter_;
    Turns::Queues::Queue::iterator place_;
};

}  // namespace

Turns::Turn::~Turn() {
    if (queues_) queues_->end(key_);
}

Turns::Turns() : queues_(std::make_shared<Queues>()) {}

std::size_t Turns::size() const {
    return queues_->size();
}

common::Task<std::optional<Turns::Turn>> Turns::take(std::string key, std::chrono::milliseconds patience) {
    const std::shared_ptr<Queues> queues = queues_;
    if (Queues::Queue* const queue = queues->find_or_begin(key)) {
        constexpr asio::use_awaitable_t<Executor> kAwait;
        Queues::Waiter waiter{Timer(co_await asio::this_coro::executor, patience)};
        const Place place(*queue, waiter);
        boost::system::error_code ignored;
        co_await waiter.timer.async_wait(asio::redirect_error(kAwait, ignored));
        if (!waiter.called) co_return std::nullopt;
    }
    co_return Turn(queues, std::move(key));
}

}  // namespace store
