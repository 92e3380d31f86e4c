#include "crm-server/store/turns.h"

#include <list>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace store {
namespace {

using namespace std::chrono_literals;

class TurnsTest : public testing::Test {
  protected:
    common::Task<void> ask(std::string who, std::string key, std::chrono::milliseconds patience) {
        auto turn = co_await turns_->take(std::move(key), patience);
        happened_.push_back(who + (turn ? " has it" : " gave up"));
        if (turn) held_.push_back(*std::move(turn));
    }
    void begin(std::string who, std::string key = "a", std::chrono::milliseconds patience = 1h) {
        boost::asio::co_spawn(loop_, ask(std::move(who), std::move(key), patience), boost::asio::detached);
        poll();
    }
    void poll() {
        loop_.restart();
        loop_.poll();
    }
    void release() {
        held_.pop_front();
        poll();
    }

    boost::asio::io_context loop_{1};
    std::optional<Turns> turns_{std::in_place};
    std::vector<std::string> happened_;
    std::list<Turns::Turn> held_;
};

TEST_F(TurnsTest, ComeOneAfterTheOtherInTheOrderOfAsking) {
    begin("one");
    begin("two");
    begin("three");
    begin("other", "b");
    EXPECT_EQ(happened_, (std::vector<std::string>{"one has it", "other has it"}));
    EXPECT_EQ(turns_->size(), 2);
    release();
    EXPECT_EQ(happened_.back(), "two has it");
    release();
    release();
    EXPECT_EQ(happened_.back(), "three has it");
    release();
    EXPECT_EQ(turns_->size(), 0);
}

TEST_F(TurnsTest, GoPastWhoGaveUp) {
    begin("one");
    begin("two", "a", 0ms);
    while (happened_.size() < 2) {
        loop_.restart();
        loop_.run_one();
    }
    EXPECT_EQ(happened_.back(), "two gave up");
    begin("three");
    release();
    EXPECT_EQ(happened_.back(), "three has it");
}

TEST_F(TurnsTest, MayOutliveThemAndTheCoroutinesThatWait) {
    begin("one");
    begin("two");
    turns_.reset();
    release();
    EXPECT_EQ(happened_.back(), "two has it");
}

}  // namespace
}  // namespace store
