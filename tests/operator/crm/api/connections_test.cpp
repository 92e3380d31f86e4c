#include "operator/crm/api/connections.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

constexpr std::array kSizes{Size::small, Size::medium, Size::large};

TEST(ServerConnections, LeaveEnoughForARollAndAMigrationWhateverTheReplicas) {
    for (const Size size : kSizes) {
        for (int replicas = 0; replicas <= kMostReplicas; ++replicas) {
            const int servers = (replicas + kSurge) * server_connections(size, replicas);
            EXPECT_LE(servers + kSuperuserConnections + kMigrationConnections + kMaintenanceConnections,
                      max_connections(size))
                << replicas;
        }
    }
}

TEST(ServerConnections, AreEnoughForAServerToWork) {
    for (const Size size : kSizes) {
        EXPECT_GE(server_connections(size, kMostReplicas), 2);
    }
}

TEST(ServerConnections, StayTheSameForMostChangesOfReplicas) {
    for (const Size size : kSizes) {
        int changes = 0;
        for (int replicas = 1; replicas <= kMostReplicas; ++replicas) {
            changes += server_connections(size, replicas) != server_connections(size, replicas - 1) ? 1 : 0;
        }
        EXPECT_LE(changes, 2) << "each replaces all pods of the server";
        EXPECT_EQ(server_connections(size, 1), server_connections(size, 10));
    }
}

TEST(MaxConnections, IsWhatTheDatabaseIsStartedWith) {
    EXPECT_EQ(max_connections(Size::small), 110);
    EXPECT_EQ(max_connections(Size::medium), 120);
    EXPECT_EQ(max_connections(Size::large), 240);
}

}  // namespace
}  // namespace crm
