#include "tests/crm-server/database_fixture.h"

#include "crm-server/store/migrations.h"

#include <algorithm>
#include <chrono>
#include <exception>

DatabaseTest::DatabaseTest() : connection_(new_database()) {
    const auto migrated = store::migrate(connection_, std::chrono::seconds(10), product::migrations());
    EXPECT_TRUE(migrated) << migrated.error().message;
    database_.emplace(
        loop_, store::DatabaseConfig{.connection = connection_, .ride_out = std::chrono::milliseconds(0)});
}

void DatabaseTest::start(common::Task<void> task) {
    boost::asio::co_spawn(loop_.get_executor(), std::move(task), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    });
}

void DatabaseTest::run_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "waited in vain";
        loop_.restart();
        loop_.run_one_for(std::chrono::milliseconds(100));
    }
}

std::string DatabaseTest::value_of(const std::string& sql, store::Parameters parameters) {
    const store::Statement statement{"test_" + std::to_string(++statements_), sql};
    const auto rows = run(database_->query(statement, std::move(parameters)));
    if (!rows) {
        ADD_FAILURE() << rows.error().message;
        return {};
    }
    return rows->empty() ? "" : std::string(rows->text(0, 0));
}

const record::Entity& DatabaseTest::entity(const std::string& plural) const {
    return *std::ranges::find(entities_, plural, &record::Entity::plural);
}

record::Changes DatabaseTest::changes(const record::Entity& entity, const std::string& json) const {
    auto valid = record::validate_create(entity, nlohmann::json::parse(json));
    EXPECT_TRUE(valid) << (valid ? "" : valid.error().front().pointer + " " + valid.error().front().detail);
    return valid ? *valid : record::Changes();
}
