// crm-server: the command line, and from it the objects that do the work.
#include "common/endpoint.h"
#include "common/log.h"
#include "common/stop.h"
#include "crm-server/api/client_address.h"
#include "crm-server/crm_server.h"
#include "crm-server/database_options.h"
#include "crm-server/product.h"
#include "crm-server/store/database.h"
#include "crm-server/store/migrations.h"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <malloc.h>
#include <string>

#include <CLI/CLI.hpp>

namespace {

struct Arguments {
    std::string log_level = "info";
    std::string database_host;
    std::filesystem::path database_dir;
    int database_connections = store::kUsualConnections;
    std::filesystem::path admin_dir;
    std::string listen = "[::]:8080";
    std::string management = "[::]:8081";
    std::string trusted_proxies;
    std::uint32_t wait = 300;
};

/// Hashing a password takes 19 MiB for a moment. By default glibc answers the first such block, once freed,
/// by keeping the next ones in its heap for ever; with fixed limits they go back to the system at once.
void give_memory_back() {
    mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
    mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
}

// Of sysexits.h: whoever started the command may try again.
constexpr int kTemporaryFailure = 75;

constexpr auto kMigrateExitCodes =
    "Exit codes: 0 the schema is up to date; 75 (EX_TEMPFAIL) the database could not be reached, or another "
    "session held what the migration needs, for as long as --wait says: try again; 1 the migration failed.";

int report(const Error& error) {
    common::log::error("Cannot go on", {{"error", error.message}});
    return EXIT_FAILURE;
}

int serve(const Arguments& arguments) {
    common::block_stop_signals();
    Result<store::ConnectionSettings> database =
        read_database_options(arguments.database_host, arguments.database_dir);
    if (!database) return report(database.error());
    Result<common::Endpoint> listen = common::parse_endpoint(arguments.listen);
    if (!listen) return report(listen.error());
    Result<common::Endpoint> management = common::parse_endpoint(arguments.management);
    if (!management) return report(management.error());
    Result<api::TrustedProxies> proxies = api::TrustedProxies::parse(arguments.trusted_proxies);
    if (!proxies) return report(proxies.error());

    const auto server = CrmServer::start({.database = *std::move(database),
                                          .database_connections = arguments.database_connections,
                                          .admin_dir = arguments.admin_dir,
                                          .api = *std::move(listen),
                                          .management = *std::move(management),
                                          .trusted_proxies = *std::move(proxies)});
    if (!server) return report(server.error());
    common::wait_for_stop_signal();
    (*server)->drain();
    return EXIT_SUCCESS;
}

int migrate(const Arguments& arguments) {
    Result<store::ConnectionSettings> database =
        read_database_options(arguments.database_host, arguments.database_dir);
    if (!database) return report(database.error());
    const auto migrated =
        store::migrate(*database, std::chrono::seconds(arguments.wait), product::migrations());
    if (!migrated) {
        const int code = report(migrated.error());
        return migrated.error().kind == ErrorKind::unavailable ? kTemporaryFailure : code;
    }
    common::log::info("Migrated", {{"from", migrated->from}, {"to", migrated->to}});
    return EXIT_SUCCESS;
}

void add_common_options(CLI::App& command, Arguments& arguments) {
    command.add_option("--database-host", arguments.database_host, "HOST or HOST:PORT of the database")
        ->required();
    command
        .add_option("--database-dir", arguments.database_dir,
                    "Folder with username, password and database of the database")
        ->required();
    command.add_option("--log-level", arguments.log_level, "How much is logged")
        ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
        ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
    give_memory_back();
    Arguments arguments;
    CLI::App app("The server of one CRM: an HTTP API over PostgreSQL.", "crm-server");
    app.set_version_flag("--version", CRM_OPERATOR_VERSION);
    app.require_subcommand(1);

    CLI::App& serving = *app.add_subcommand("serve", "Serve the API until SIGTERM");
    add_common_options(serving, arguments);
    // By the environment too, which a server that does not know it yet passes over.
    serving
        .add_option("--database-connections", arguments.database_connections,
                    "Connections to the database at once, at most")
        ->envname("CRM_DATABASE_CONNECTIONS")
        ->check(CLI::Range(store::kFewestConnections, 1000))
        ->capture_default_str();
    serving
        .add_option("--admin-dir", arguments.admin_dir, "Folder with email and password of the administrator")
        ->required();
    serving.add_option("--listen", arguments.listen, "Address of the API")->capture_default_str();
    serving.add_option("--management", arguments.management, "Address of /healthz, /readyz and /metrics")
        ->capture_default_str();
    serving
        .add_option("--trusted-proxies", arguments.trusted_proxies,
                    "Addresses and networks of the proxies whose Forwarded or X-Forwarded-For is believed, "
                    "separated by commas")
        ->envname("CRM_TRUSTED_PROXIES");

    CLI::App& migrating = *app.add_subcommand("migrate", "Bring the database's schema up to date");
    migrating.footer(kMigrateExitCodes);
    add_common_options(migrating, arguments);
    migrating.add_option("--wait", arguments.wait, "Seconds to wait for the database")->capture_default_str();

    CLI11_PARSE(app, argc, argv);
    common::log::Level level = common::log::Level::info;
    common::log::parse(arguments.log_level, level);
    common::log::start(level);
    return serving.parsed() ? serve(arguments) : migrate(arguments);
}
