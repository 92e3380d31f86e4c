// The command line of crm-server: its exit codes, which decide what Kubernetes does with a Job.
#include "tests/crm-server/postgres.h"
#include "tests/support/temporary_folder.h"

#include <cstdlib>
#include <sys/wait.h>

#include <gtest/gtest.h>

namespace {

class MigrateCommandTest : public testing::Test {
  protected:
    MigrateCommandTest() {
        secret_.write("username", database_.username);
        secret_.write("password", "not asked for");
        secret_.write("database", database_.database);
    }

    static int run(const std::string& command) {
        const int status = std::system(command.c_str());
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    int migrate(std::uint16_t port, const std::string& options = {}) const {
        const std::string command = CRM_SERVER " migrate --database-host 127.0.0.1:" + std::to_string(port) +
                                    " --database-dir " + secret_.path().string() + " " + options;
        return run(command);
    }

    store::ConnectionSettings database_ = new_database();
    support::TemporaryFolder secret_;
};

TEST_F(MigrateCommandTest, ReturnsZeroOnceTheSchemaIsCurrent) {
    EXPECT_EQ(migrate(database_.port), 0);
    EXPECT_EQ(migrate(database_.port), 0) << "also when there is nothing to do";
}

TEST_F(MigrateCommandTest, Returns75WhenTheDatabaseCannotBeReachedInTime) {
    EXPECT_EQ(migrate(1, "--wait 1"), 75);
}

TEST_F(MigrateCommandTest, Returns1WhenTheMigrationFails) {
    ASSERT_EQ(migrate(database_.port), 0);
    execute(database_, "update schema_migrations set checksum = 'of another text'");
    EXPECT_EQ(migrate(database_.port), 1);
}

TEST_F(MigrateCommandTest, Returns1WithoutASecret) {
    std::filesystem::remove(secret_.path() / "password");
    EXPECT_EQ(migrate(database_.port, "--wait 1"), 1);
}

using ServeCommandTest = MigrateCommandTest;

TEST_F(ServeCommandTest, RefusesFewerConnectionsThanItNeedsHoweverTheyAreGiven) {
    constexpr int kRefusedByTheCommandLine = 105;  // CLI::ValidationError
    EXPECT_EQ(run(CRM_SERVER " serve --database-connections 1"), kRefusedByTheCommandLine);
    EXPECT_EQ(run("CRM_DATABASE_CONNECTIONS=1 " CRM_SERVER " serve"), kRefusedByTheCommandLine);
}

TEST_F(ServeCommandTest, RefusesTrustedProxiesThatAreNoneAndSaysWhich) {
    const std::string serve = CRM_SERVER " serve --database-host 127.0.0.1:1 --database-dir " +
                              secret_.path().string() + " --admin-dir /nonexistent";
    EXPECT_EQ(run(serve + " --trusted-proxies 10.0.0.0/8,10.0.0.0/33"), 1);
    EXPECT_EQ(run("CRM_TRUSTED_PROXIES=10.0.0.0/33 " + serve + " 2>&1 | grep -q \"'10.0.0.0/33'\""), 0);
}

}  // namespace
