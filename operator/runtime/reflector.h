// Keeps a Store equal to the objects of one kind in the cluster: list in pages, then watch for ever.
//
//   empty --list--> listing --last page--> watching --expired--> empty
//
// So does an answer that makes no sense. Any other error is tried again from where it happened, after a
// back-off: the same page, or a watch from the last version seen. The store serves its old content all the
// while.
#pragma once

#include "operator/kube/client.h"
#include "operator/runtime/backoff.h"
#include "operator/runtime/environment.h"
#include "operator/runtime/metrics.h"
#include "operator/runtime/store.h"

#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>

namespace runtime {

/// step() and run() belong to one thread; status() to any.
class Reflector {
  public:
    enum class State { empty, listing, watching };

    struct Options {
        /// Decoded pages are the peak of memory: each kind may hold one, of objects of some ten kilobytes.
        int page_size = 100;
        /// Called, by the stepping thread, each time a full list has arrived.
        std::function<void()> on_listed = [] {};
    };

    struct Status {
        State state = State::empty;
        bool synced = false;
        std::string last_error;      // empty once a request succeeded after it
        std::uint64_t restarts = 0;  // lists begun beyond the first
    };

    Reflector(kube::Client& client, const kube::Kind& kind, kube::Selection selection, Store& store,
              Environment environment, ReflectorMetrics metrics, Options options);

    /// Makes one request, a page or a watch until that ends, and returns how long to wait before the next.
    Duration step(std::stop_token stop);

    /// Steps and waits until stop is requested.
    void run(std::stop_token stop);

    Status status() const;
    const kube::Kind& kind() const { return kind_; }
    const kube::Selection& selection() const { return selection_; }

  private:
    Result<Duration> request(std::stop_token stop);
    Result<Duration> list(std::stop_token stop);
    Result<Duration> watch(std::stop_token stop);
    void on_event(const kube::WatchEvent& event);
    Duration failed(const Error& error);
    Duration next_backoff() { return backoff_.failed(environment_.now(), environment_.random()); }
    void enter(State state);
    void succeeded();

    kube::Client& client_;
    const kube::Kind kind_;
    const kube::Selection selection_;
    Store& store_;
    const Environment environment_;
    const ReflectorMetrics metrics_;
    const Options options_;

    State state_ = State::empty;
    std::string continue_token_;
    std::string version_;      // where the watch goes on
    bool progressed_ = false;  // the watch told something since the last list
    bool told_ = false;        // this very watch told something
    Backoff backoff_;

    mutable std::mutex status_mutex_;
    Status status_;
    bool listed_before_ = false;
};

}  // namespace runtime
