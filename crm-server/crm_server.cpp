#include "crm-server/crm_server.h"

#include "common/http/management.h"
#include "common/http/server.h"
#include "common/log.h"
#include "common/metrics.h"
#include "crm-server/api/account_routes.h"
#include "crm-server/api/application.h"
#include "crm-server/api/entity_routes.h"
#include "crm-server/api/http_metrics.h"
#include "crm-server/api/router.h"
#include "crm-server/identity/accounts.h"
#include "crm-server/identity/login_gate.h"
#include "crm-server/identity/password_hasher.h"
#include "crm-server/product.h"
#include "crm-server/readiness.h"
#include "crm-server/record/repository.h"
#include "crm-server/store/database.h"

#include <chrono>
#include <deque>
#include <exception>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace {

/// How long requests in flight may take to finish.
constexpr std::chrono::seconds kDrainTimeout{20};

std::vector<api::Route> make_routes(identity::Accounts& accounts, identity::LoginGate& gate,
                                    const api::TrustedProxies& proxies,
                                    std::deque<record::Repository>& repositories) {
    std::vector<api::Route> routes = api::account_routes(accounts, gate, proxies);
    for (record::Repository& repository : repositories) {
        std::ranges::move(api::entity_routes(repository), std::back_inserter(routes));
    }
    return routes;
}

std::deque<record::Repository> make_repositories(store::Database& database,
                                                 const std::vector<record::Entity>& entities) {
    std::deque<record::Repository> repositories;
    for (const record::Entity& entity : entities) repositories.emplace_back(database, entity, entities);
    return repositories;
}

common::http::ServerOptions listen_on(const common::Endpoint& endpoint) {
    common::http::ServerOptions options;
    options.address = endpoint.address;
    options.port = endpoint.port;
    options.body_limit = api::kLargestBody;
    return options;
}

prometheus::Gauge& make_gauge(common::Metrics& metrics, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(metrics.registry()).Add({});
}

}  // namespace

/// In the order of use: each part is destroyed before those it refers to, the thread first and the loop, with
/// the coroutines still suspended in it, last.
struct CrmServer::Parts {
    explicit Parts(CrmServerOptions given)
        : options(std::move(given)),
          database(loop, store::DatabaseConfig{.connection = options.database,
                                               .connections = options.database_connections,
                                               .ride_out = options.ride_out}),
          accounts(database, hasher),
          repositories(make_repositories(database, entities)),
          gate(loop,
               [this](std::string email, std::string password) {
                   return accounts.login(std::move(email), std::move(password));
               }),
          router(make_routes(accounts, gate, options.trusted_proxies, repositories)),
          application(router, accounts),
          http_metrics(metrics.registry(), router),
          connections(
              make_gauge(metrics, "crm_server_database_connections", "Connections that can be used now.")),
          bodies(make_gauge(metrics, "crm_server_request_body_bytes",
                            "Memory that the bodies of requests take now.")),
          ready(make_gauge(metrics, "crm_server_ready", "Whether the server is ready: 1 or 0.")),
          readiness(loop, database, product::migrations(), accounts, options.admin_dir,
                    [this] { application.open(); }) {}
    ~Parts() { loop.stop(); }

    Result<void> listen();
    void run();
    common::http::Handler management_handler();

    boost::asio::io_context loop{1};
    CrmServerOptions options;
    std::vector<record::Entity> entities = product::entities();
    store::Database database;
    identity::PasswordHasher hasher;
    identity::Accounts accounts;
    std::deque<record::Repository> repositories;
    identity::LoginGate gate;
    api::Router router;
    api::Application application;
    common::Metrics metrics;
    api::HttpMetrics http_metrics;
    prometheus::Gauge& connections;
    prometheus::Gauge& bodies;
    prometheus::Gauge& ready;
    Readiness readiness;
    std::unique_ptr<common::http::Server> api_server;
    std::unique_ptr<common::http::Server> management_server;
    std::uint16_t api_port = 0;
    std::uint16_t management_port = 0;
    std::jthread thread;
};

Result<void> CrmServer::Parts::listen() {
    auto api = common::http::Server::listen(
        loop, listen_on(options.api),
        [this](const common::http::Request& request) { return application.answer(request); },
        [this](const common::http::Exchange& exchange) { http_metrics.observe(exchange); },
        [this](const common::http::Request& request) { return application.admit_body(request); });
    if (!api) return tl::unexpected(api.error());
    auto management = common::http::Server::listen(loop, common::http::management_options(options.management),
                                                   management_handler());
    if (!management) return tl::unexpected(management.error());
    api_server = *std::move(api);
    management_server = *std::move(management);
    api_port = api_server->port();
    management_port = management_server->port();
    return {};
}

/// The gauges are read when somebody asks.
common::http::Handler CrmServer::Parts::management_handler() {
    return [this, answer = common::http::management([this] { return readiness.ready(); }, metrics)](
               const common::http::Request& request) {
        connections.Set(static_cast<double>(database.connected()));
        bodies.Set(static_cast<double>(api_server->body_bytes()));
        ready.Set(readiness.ready() ? 1 : 0);
        return answer(request);
    };
}

void CrmServer::Parts::run() {
    boost::asio::co_spawn(loop, readiness.watch(), [](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);
    });
    thread = std::jthread([this] { loop.run(); });
    common::log::info("Serving", {{"apiPort", api_port}, {"managementPort", management_port}});
}

CrmServer::CrmServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
CrmServer::~CrmServer() = default;

Result<std::unique_ptr<CrmServer>> CrmServer::start(CrmServerOptions options) {
    auto parts = std::make_unique<Parts>(std::move(options));
    if (Result<void> listening = parts->listen(); !listening) return tl::unexpected(listening.error());
    parts->run();
    return std::unique_ptr<CrmServer>(new CrmServer(std::move(parts)));
}

std::uint16_t CrmServer::api_port() const {
    return parts_->api_port;
}
std::uint16_t CrmServer::management_port() const {
    return parts_->management_port;
}

void CrmServer::drain() {
    common::log::info("Stopping");
    boost::asio::post(parts_->loop, [this] { parts_->readiness.stop(); });
    std::promise<void> drained;
    boost::asio::post(parts_->loop, [this, &drained] {
        parts_->api_server->drain(kDrainTimeout, [&drained] { drained.set_value(); });
    });
    drained.get_future().wait();
    common::log::info("Stopped");
}
