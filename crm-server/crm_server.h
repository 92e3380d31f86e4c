// The whole CRM server: database, API and management endpoint on one event loop and its thread.
#pragma once

#include "common/endpoint.h"
#include "common/result.h"
#include "crm-server/api/client_address.h"
#include "crm-server/store/connection_settings.h"
#include "crm-server/store/database.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

struct CrmServerOptions {
    store::ConnectionSettings database;
    int database_connections = store::kUsualConnections;  // see store::DatabaseConfig
    std::filesystem::path admin_dir;                      // see Readiness
    common::Endpoint api;
    common::Endpoint management;
    api::TrustedProxies trusted_proxies = {};
    /// See store::DatabaseConfig.
    std::chrono::milliseconds ride_out{15'000};
};

/// Serves from start() on, also while the database is missing or not migrated: it answers 503 until they are.
/// Destroying it without drain() cuts requests in flight off.
class CrmServer {
  public:
    static Result<std::unique_ptr<CrmServer>> start(CrmServerOptions options);
    ~CrmServer();
    CrmServer(const CrmServer&) = delete;
    CrmServer& operator=(const CrmServer&) = delete;

    std::uint16_t api_port() const;
    std::uint16_t management_port() const;

    /// Stops as a good neighbour: not ready, no new connections, what is in flight answered within 20
    /// seconds. Blocks until done.
    void drain();

  private:
    struct Parts;
    explicit CrmServer(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};
