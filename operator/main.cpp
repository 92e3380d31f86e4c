// crm-operator: configuration -> objects -> threads -> wait -> stop.
#include "common/endpoint.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/stop.h"
#include "operator/crm/operator.h"
#include "operator/kube/config.h"
#include "operator/kube/cpprest_client.h"
#include "operator/kube/rest_client_metrics.h"

#include <cstdlib>
#include <iostream>
#include <malloc.h>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

namespace {

struct Arguments {
    std::string kubeconfig;
    std::string management = "[::]:8081";
    std::string log_level = "info";
    crm::OperatorOptions options{
        .ns = {},
        .management = {},
        .settings = {.server_repository = "crm-operator.dev/crm-server",
                     .postgres_image = "crm-operator.dev/postgres:" CRM_OPERATOR_VERSION,
                     .version = CRM_OPERATOR_VERSION}};
};

void describe(CLI::App& app, Arguments& arguments) {
    app.add_option("--kubeconfig", arguments.kubeconfig,
                   "How to reach the API server (default: $KUBECONFIG, then the pod's service account)");
    app.add_option("--namespace", arguments.options.ns, "Watch this namespace only (default: all)");
    app.add_option("--workers", arguments.options.workers, "Instances worked on at once")
        ->capture_default_str()
        ->check(CLI::Range(1, 64));
    app.add_option(
           "--max-disruptions", arguments.options.max_disruptions,
           "Instances disrupted at once by changes of the operator's own, such as another image of the "
           "database")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    app.add_flag("--nodes-on-demand", arguments.options.nodes_on_demand,
                 "Nodes come when pods need them: let a database grow beyond those that there are");
    app.add_option("--management", arguments.management, "Address of /healthz, /readyz and /metrics")
        ->capture_default_str();
    app.add_option("--server-image", arguments.options.settings.server_repository,
                   "Repository of the CRM server's images, without a tag")
        ->capture_default_str();
    app.add_option("--postgres-image", arguments.options.settings.postgres_image, "Image of the database")
        ->capture_default_str();
    app.add_flag("--platform-user-ids", arguments.options.settings.platform_user_ids,
                 "Leave user and groups out of pods, for a platform that assigns them");
    app.add_option("--log-level", arguments.log_level, "debug, info, warning or error")
        ->capture_default_str();
    app.set_version_flag("--version", CRM_OPERATOR_VERSION);
}

Result<void> run(Arguments& arguments) {
    auto management = common::parse_endpoint(arguments.management);
    if (!management) {
        return fail(ErrorKind::invalid, "--management: " + management.error().message);
    }
    arguments.options.management = *management;
    const auto config =
        kube::find_config(arguments.kubeconfig.empty() ? std::nullopt : std::optional(arguments.kubeconfig),
                          kube::process_environment());
    if (!config) {
        return tl::unexpected(config.error());
    }
    common::Metrics metrics;
    kube::RestClientMetrics rest(metrics.registry(), config->server);
    const auto client = kube::connect(
        *config, {}, [&rest](auto method, int status, auto took) { rest.answered(method, status, took); });
    if (!client) {
        return tl::unexpected(client.error());
    }
    const auto started = crm::Operator::start(**client, metrics, arguments.options);
    if (!started) {
        return tl::unexpected(started.error());
    }
    common::log::info(
        "Started",
        {{"version", CRM_OPERATOR_VERSION}, {"server", config->server}, {"namespace", arguments.options.ns}});
    const int signal = common::wait_for_stop_signal();
    common::log::info("Stopping", {{"signal", signal}});
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    common::block_stop_signals();
    // Threads wait more than they allocate: an arena for each would only keep memory.
    mallopt(M_ARENA_MAX, 2);

    Arguments arguments;
    CLI::App app("Runs CRMs on Kubernetes: one for each CrmInstance.", "crm-operator");
    describe(app, arguments);
    CLI11_PARSE(app, argc, argv);

    common::log::Level level{};
    if (!common::log::parse(arguments.log_level, level)) {
        std::cerr << "--log-level: must be debug, info, warning or error\n";
        return EXIT_FAILURE;
    }
    common::log::start(level);
    if (const auto ended = run(arguments); !ended) {
        common::log::error("Cannot run", {{"error", ended.error().message}});
        return EXIT_FAILURE;
    }
    common::log::info("Stopped");
    return EXIT_SUCCESS;
}
