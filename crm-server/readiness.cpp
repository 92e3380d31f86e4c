#include "crm-server/readiness.h"

#include "common/log.h"
#include "crm-server/secret_file.h"
#include "crm-server/store/migrations.h"

#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace {

constexpr boost::asio::use_awaitable_t<boost::asio::io_context::executor_type> kAwait;
constexpr std::chrono::seconds kPeriod{1};

}  // namespace

Readiness::Readiness(boost::asio::io_context& loop, store::Database& database,
                     std::span<const store::Migration> migrations, identity::Accounts& accounts,
                     std::filesystem::path admin_dir, std::function<void()> on_ready)
    : timer_(loop),
      database_(database),
      migrations_(migrations),
      accounts_(accounts),
      admin_dir_(std::move(admin_dir)),
      on_ready_(std::move(on_ready)) {}

common::Task<void> Readiness::watch() {
    for (;;) {
        note(co_await look());
        boost::system::error_code ignored;
        timer_.expires_after(kPeriod);
        co_await timer_.async_wait(boost::asio::redirect_error(kAwait, ignored));
    }
}

Result<void> Readiness::ready() const {
    if (stopping_) return fail(ErrorKind::unavailable, "The server is stopping.");
    return found_;
}

common::Task<Result<void>> Readiness::look() {
    const Result<bool> current = co_await store::schema_is_current(database_, migrations_);
    if (!current) co_return tl::unexpected(current.error());
    if (!*current) {
        co_return fail(ErrorKind::unavailable,
                       "The database's schema is older than this server: run crm-server migrate.");
    }
    co_return co_await bootstrap_admin();
}

common::Task<Result<void>> Readiness::bootstrap_admin() {
    if (admin_settled_) {
        // Since queries wait for a database that is away, one that came back empty may look as if nothing had
        // been. Another change of the files is for the next start: these may be older than what is there.
        const Result<bool> same = co_await accounts_.has_users();
        if (!same) co_return tl::unexpected(same.error());
        if (*same) co_return Result<void>{};
    }
    Result<std::string> email = read_secret_file(admin_dir_ / "email");
    if (!email) co_return tl::unexpected(email.error());
    Result<std::string> password = read_secret_file(admin_dir_ / "password");
    if (!password) co_return tl::unexpected(password.error());

    Result<void> done = co_await accounts_.bootstrap_admin(*std::move(email), *std::move(password));
    // Serving on with the administrator as it was beats serving nobody.
    if (!done && done.error().kind == ErrorKind::conflict)
        common::log::error("Cannot set the administrator", {{"reason", done.error().message}});
    else if (!done)
        co_return fail(done.error().kind, "Cannot set the administrator: " + done.error().message);
    admin_settled_ = true;
    co_return Result<void>{};
}

void Readiness::note(Result<void> found) {
    if (found && !found_) common::log::info("Ready");
    if (!found && (found_ || found.error() != found_.error()))
        common::log::warning("Not ready", {{"reason", found.error().message}});
    found_ = std::move(found);
    if (found_ && on_ready_) std::exchange(on_ready_, nullptr)();
}
