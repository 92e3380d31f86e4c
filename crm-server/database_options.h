// The database as the command line gives it: its host by name, who logs in by a mounted Secret.
#pragma once

#include "common/result.h"
#include "crm-server/store/connection_settings.h"

#include <filesystem>
#include <string_view>

/// `host` is HOST or HOST:PORT: "acme-database.tenants.svc", "10.0.0.7:5433", "[::1]:5432". `folder` holds
/// the files username, password and database. The error never quotes a file.
Result<store::ConnectionSettings> read_database_options(std::string_view host,
                                                        const std::filesystem::path& folder);
