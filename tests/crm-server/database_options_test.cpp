#include "crm-server/database_options.h"

#include "tests/support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using testing::HasSubstr;
using testing::Not;

class DatabaseOptionsTest : public testing::Test {
  protected:
    DatabaseOptionsTest() {
        folder_.write("username", "crm\n");
        folder_.write("password", "a%41 @:/?'\\ \n");
        folder_.write("database", "crm");
    }

    std::string host_and_port(const char* text) const {
        const auto settings = read_database_options(text, folder_.path());
        return settings ? settings->host + " " + std::to_string(settings->port) : settings.error().message;
    }

    support::TemporaryFolder folder_;
};

TEST_F(DatabaseOptionsTest, TakeTheLoginFromTheFilesAsItIs) {
    const auto settings = read_database_options("db", folder_.path());
    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->username, "crm");
    EXPECT_EQ(settings->password, "a%41 @:/?'\\ ") << "only the end of the line goes";
    EXPECT_EQ(settings->database, "crm");
}

TEST_F(DatabaseOptionsTest, TakeTheUsualPortUnlessAnotherIsGiven) {
    EXPECT_EQ(host_and_port("acme-database.tenants.svc"), "acme-database.tenants.svc 5432");
    EXPECT_EQ(host_and_port("acme-database:5433"), "acme-database 5433");
    EXPECT_EQ(host_and_port("10.0.0.7:65535"), "10.0.0.7 65535");
    EXPECT_EQ(host_and_port("[::1]"), "::1 5432");
    EXPECT_EQ(host_and_port("[::1]:5433"), "::1 5433");
}

TEST_F(DatabaseOptionsTest, RefuseWhatNamesNoSingleHost) {
    for (const char* text : {"", ":5432", "db:", "db:0", "db:65536", "db:-1", "db:5432x", "::1", "[::1", "[]",
                             "[::1]x", "a,b", "/run/postgresql", "a b", "crm@db"})
        EXPECT_THAT(host_and_port(text), HasSubstr("is not HOST or HOST:PORT")) << text;
}

TEST_F(DatabaseOptionsTest, NameTheFileThatIsMissingOrEmptyAndQuoteNone) {
    folder_.write("password", "\n");
    EXPECT_THAT(host_and_port("db"), HasSubstr("password is empty"));
    std::filesystem::remove(folder_.path() / "username");
    EXPECT_THAT(host_and_port("db"), AllOf(HasSubstr("username"), Not(HasSubstr("crm\n"))));
}

}  // namespace
