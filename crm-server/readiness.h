// Whether the server can do its work: the database answers, its schema is current and the administrator is
// what its Secret says.
#pragma once

#include "common/result.h"
#include "common/task.h"
#include "crm-server/identity/accounts.h"
#include "crm-server/store/database.h"
#include "crm-server/store/migrations.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <span>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

/// Looks by itself once a period, so that probes cost nothing, and finds the way back by itself too. Belongs
/// to the loop of its database; database, migrations and accounts outlive it.
class Readiness {
  public:
    /// `admin_dir` holds the files email and password of the administrator, which are applied once, and
    /// again to a database without users: an empty one that took the place of a lost one. `on_ready` is
    /// called once, when the server becomes ready for the first time.
    Readiness(boost::asio::io_context& loop, store::Database& database,
              std::span<const store::Migration> migrations, identity::Accounts& accounts,
              std::filesystem::path admin_dir, std::function<void()> on_ready);

    /// Watches for ever. This outlives the task.
    common::Task<void> watch();

    /// What was found last; the error says why not, for the administrator of the cluster.
    Result<void> ready() const;

    /// From now on the server is not ready, whatever is found: it is about to stop.
    void stop() { stopping_ = true; }

  private:
    using Clock = std::chrono::steady_clock;
    using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>,
                                                    boost::asio::io_context::executor_type>;

    common::Task<Result<void>> look();
    common::Task<Result<void>> bootstrap_admin();
    void note(Result<void> found);

    Timer timer_;
    store::Database& database_;
    std::span<const store::Migration> migrations_;
    identity::Accounts& accounts_;
    std::filesystem::path admin_dir_;
    std::function<void()> on_ready_;
    bool admin_settled_ = false;
    bool stopping_ = false;
    Result<void> found_ = fail(ErrorKind::unavailable, "The server is starting.");
};
