#include "crm-server/identity/password_hasher.h"

#include <argon2.h>
#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/rand.h>

namespace identity {

namespace asio = boost::asio;

namespace {

constexpr asio::use_awaitable_t<asio::io_context::executor_type> kAwait;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::uint32_t kLanes = 1;

Result<std::string> hash_now(const PasswordHasherConfig& config, const std::string& password) {
    std::array<unsigned char, kSaltBytes> salt{};
    // A salt that could be guessed would be worse than none: there is no going on.
    if (RAND_bytes(salt.data(), kSaltBytes) != 1) std::abort();
    std::string encoded(
        argon2_encodedlen(config.passes, config.memory_kib, kLanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
    const int code =
        argon2id_hash_encoded(config.passes, config.memory_kib, kLanes, password.data(), password.size(),
                              salt.data(), salt.size(), kHashBytes, encoded.data(), encoded.size());
    if (code != ARGON2_OK) return fail(ErrorKind::internal, argon2_error_message(code));
    encoded.resize(encoded.find('\0'));
    return encoded;
}

Result<bool> verify_now(const std::string& encoded, const std::string& password) {
    const int code = argon2id_verify(encoded.c_str(), password.data(), password.size());
    if (code == ARGON2_OK) return true;
    if (code == ARGON2_VERIFY_MISMATCH) return false;
    return fail(ErrorKind::internal, argon2_error_message(code));
}

}  // namespace

class PasswordHasher::Impl {
  public:
    explicit Impl(PasswordHasherConfig config)
        : config_(config), nobody_(hash_now(config, "")), pool_(static_cast<std::size_t>(config.threads)) {}

    ~Impl() {
        pool_.stop();
        pool_.join();
    }

    const PasswordHasherConfig& config() const { return config_; }

    /// A hash that no login may match, made with the same parameters as the others.
    const Result<std::string>& nobody() const { return nobody_; }

    /// Runs `work` on a thread of the pool and resumes the caller on its own loop.
    template <class T>
    common::Task<Result<T>> run(std::function<Result<T>()> work) {
        if (waiting_.fetch_add(1) >= config_.queue_limit + static_cast<std::size_t>(config_.threads)) {
            waiting_.fetch_sub(1);
            Error busy{ErrorKind::throttled, "Too many passwords are being checked.",
                       std::chrono::seconds(1)};
            co_return tl::unexpected(std::move(busy));
        }
        co_return co_await asio::async_initiate<decltype(kAwait), void(Result<T>)>(
            [this, &work](auto&& handler) {
                using Handler = std::decay_t<decltype(handler)>;
                auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
                asio::post(pool_, [this, work = std::move(work), guard = std::move(guard),
                                   resume = Handler(std::forward<decltype(handler)>(handler))]() mutable {
                    Result<T> result = work();
                    waiting_.fetch_sub(1);
                    const auto loop = guard.get_executor();
                    asio::post(loop, [resume = std::move(resume), result = std::move(result)]() mutable {
                        resume(std::move(result));
                    });
                });
            },
            kAwait);
    }

  private:
    const PasswordHasherConfig config_;
    const Result<std::string> nobody_;
    std::atomic<std::size_t> waiting_{0};
    asio::thread_pool pool_;
};

PasswordHasher::PasswordHasher(PasswordHasherConfig config) : impl_(std::make_unique<Impl>(config)) {}

PasswordHasher::~PasswordHasher() = default;

common::Task<Result<std::string>> PasswordHasher::hash(std::string password) {
    return impl_->run<std::string>(
        [config = impl_->config(), password = std::move(password)] { return hash_now(config, password); });
}

common::Task<Result<bool>> PasswordHasher::verify(std::string encoded, std::string password) {
    return impl_->run<bool>([encoded = std::move(encoded), password = std::move(password)] {
        return verify_now(encoded, password);
    });
}

common::Task<Result<bool>> PasswordHasher::verify_nobody(std::string password) {
    return impl_->run<bool>([nobody = impl_->nobody(), password = std::move(password)]() -> Result<bool> {
        if (!nobody) return tl::unexpected(nobody.error());
        if (auto checked = verify_now(*nobody, password); !checked) return checked;
        return false;
    });
}

}  // namespace identity
