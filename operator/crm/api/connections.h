// The budget of connections to a database: whoever needs one next finds one left, during a roll and a
// migration too.
//
//   max_connections = superuser's + migration + maintenance + (replicas + surge) * a server's
//
// max_connections cannot change without a restart of the database, so it is the size's alone, and the share
// of a server is what gives way as replicas grow. It does so in few steps: a new share replaces the pods,
// which most changes of replicas should not. While a step is rolled out, pods of both shares run and may want
// more than there is; since idle connections are given back, that ends with the roll.
#pragma once

#include "operator/crm/api/size.h"

#include <array>
#include <string_view>

namespace crm {

inline constexpr int kSuperuserConnections = 3;  // superuser_reserved_connections
inline constexpr int kMigrationConnections = 1;
inline constexpr int kMaintenanceConnections = 4;
/// Pods beyond replicas during a roll.
inline constexpr int kSurge = 1;
inline constexpr int kMostReplicas = 50;

/// From what serves a server best (one connection for reads, eight for transactions) to what it needs at
/// least.
inline constexpr std::array kServerShares{9, 4, 2};

constexpr int max_connections(Size size) {
    constexpr std::string_view kSetting = "max_connections=";
    int result = 0;
    for (const std::string_view setting : preset_of(size).postgres_settings) {
        if (setting.starts_with(kSetting)) {
            for (const char digit : setting.substr(kSetting.size())) {
                result = result * 10 + (digit - '0');
            }
        }
    }
    return result;
}

constexpr bool fits(Size size, int replicas, int share) {
    return kSuperuserConnections + kMigrationConnections + kMaintenanceConnections +
               (replicas + kSurge) * share <=
           max_connections(size);
}

/// The most connections that each server may hold at once.
constexpr int server_connections(Size size, int replicas) {
    for (const int share : kServerShares) {
        if (fits(size, replicas, share)) {
            return share;
        }
    }
    return kServerShares.back();
}

static_assert(fits(Size::small, kMostReplicas, kServerShares.back()));
static_assert(fits(Size::medium, kMostReplicas, kServerShares.back()));
static_assert(fits(Size::large, kMostReplicas, kServerShares.back()));

}  // namespace crm
