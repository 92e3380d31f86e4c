#include "crm-server/store/connection_pool.h"

#include "tests/crm-server/database_fixture.h"

#include <algorithm>
#include <chrono>
#include <memory>

namespace store {
namespace {

using namespace std::chrono_literals;
using Clock = Patience::Clock;
using Place = ConnectionPool::Place;

class ConnectionPoolTest : public DatabaseTest {
  protected:
    ~ConnectionPoolTest() override {
        if (pool_) pool_->stop();
        loop_.poll();
    }

    void open(int connections) {
        pool_ = std::make_shared<ConnectionPool>(
            loop_, DatabaseConfig{.connection = connection_, .connections = connections});
        pool_->start();
        run_until([&] { return pool_->connected() == 1; });
    }

    Place* writer() { return run(ConnectionPool::wait_for_writer(pool_)); }

    /// Sessions of the pool that PostgreSQL knows: all but the one that asks.
    std::string sessions() {
        return value_of(
            "select count(*) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()");
    }

    std::shared_ptr<ConnectionPool> pool_;
};

TEST_F(ConnectionPoolTest, OpensNoConnectionForTransactionsBeforeThereIsOne) {
    open(9);
    EXPECT_EQ(sessions(), "1");
    ASSERT_NE(writer(), nullptr);
    EXPECT_EQ(sessions(), "2");
}

TEST_F(ConnectionPoolTest, NeverHasMoreConnectionsThanItMayHoweverManyWaitForOne) {
    open(3);
    std::vector<Place*> given;
    for (int i = 0; i < 2; ++i) given.push_back(writer());
    std::vector<std::optional<Place*>> waiting(20);
    for (auto& place : waiting) start(keep_result(ConnectionPool::wait_for_writer(pool_), place));
    EXPECT_EQ(sessions(), "3");
    for (auto& place : waiting) {
        pool_->release(*given.front());
        given.erase(given.begin());
        run_until([&] { return place.has_value(); });
        ASSERT_NE(*place, nullptr) << "in the order of asking";
        given.push_back(*place);
    }
    EXPECT_EQ(sessions(), "3");
}

TEST_F(ConnectionPoolTest, GivesBackWhatNoTransactionHasUsedForAWhile) {
    open(9);
    std::vector<Place*> given;
    for (int i = 0; i < 7; ++i) given.push_back(writer());
    EXPECT_NE(pool_->reader(Lane::lists), nullptr);
    run_until([&] { return pool_->connected() == 9; });
    EXPECT_EQ(sessions(), "9");
    for (Place* place : given) pool_->release(*place);
    pool_->tend(Clock::now() + 59s);
    EXPECT_EQ(sessions(), "9");
    pool_->tend(Clock::now() + 61s);
    run_until([&] { return sessions() == "1"; });
    EXPECT_EQ(pool_->connected(), 1);
    EXPECT_NE(writer(), nullptr) << "and opens it again";
}

TEST_F(ConnectionPoolTest, ReadsListsOnTheConnectionOfThePointsUntilTheirOwnIsThere) {
    open(4);
    const auto points = pool_->reader(Lane::points);
    EXPECT_EQ(pool_->reader(Lane::lists), points);
    run_until([&] { return pool_->connected() == 2; });
    EXPECT_NE(pool_->reader(Lane::lists), points);
    EXPECT_EQ(pool_->reader(Lane::points), points);
}

TEST_F(ConnectionPoolTest, HasNoOtherLaneWhenItMayHaveFewConnections) {
    open(3);
    EXPECT_EQ(pool_->reader(Lane::lists), pool_->reader(Lane::points));
    EXPECT_NE(writer(), nullptr);
    EXPECT_NE(writer(), nullptr);
    EXPECT_EQ(sessions(), "3");
}

TEST_F(ConnectionPoolTest, KeepsWhatATransactionHas) {
    open(3);
    Place* busy = writer();
    pool_->release(*writer());
    pool_->tend(Clock::now() + 1h);
    run_until([&] { return sessions() == "2"; });
    EXPECT_TRUE(busy->usable());
}

TEST_F(ConnectionPoolTest, ServesATransactionThatComesWhileTheOnlyConnectionIsGivenBack) {
    open(2);
    pool_->release(*writer());
    pool_->tend(Clock::now() + 61s);
    EXPECT_NE(writer(), nullptr);
}

TEST_F(ConnectionPoolTest, TakesNoConnectionThatWasGivenBackForAnOutage) {
    open(2);
    pool_->release(*writer());
    pool_->tend(Clock::now() + 61s);
    run_until([&] { return sessions() == "1"; });
    Place* first = writer();
    const auto began = Clock::now();
    EXPECT_EQ(writer(), nullptr) << "the only one is taken";
    EXPECT_LT(Clock::now() - began, 5s) << "without an outage the patience is the usual one";
    pool_->release(*first);
}

}  // namespace
}  // namespace store
