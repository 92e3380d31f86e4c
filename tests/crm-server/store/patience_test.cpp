#include "crm-server/store/patience.h"

#include <gtest/gtest.h>

namespace store {
namespace {

using namespace std::chrono_literals;

constexpr Patience::Clock::time_point kStart{1000s};

class PatienceTest : public testing::Test {
  protected:
    /// How long after the start a call gives up that began to wait so long after it.
    std::chrono::milliseconds gives_up(std::chrono::milliseconds asked) const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(patience_.give_up_at(kStart + asked) -
                                                                     kStart);
    }

    Patience patience_{1s, 15s};
};

TEST_F(PatienceTest, IsTheUsualOneWithoutAnOutage) {
    EXPECT_EQ(gives_up(7s), 8s);
}

TEST_F(PatienceTest, LastsUntilAnOutageIsTooOldToBeRiddenOut) {
    patience_.disconnected(kStart);
    patience_.disconnected(kStart + 5s);
    EXPECT_EQ(gives_up(0s), 15s);
    EXPECT_EQ(gives_up(7s), 15s);
    EXPECT_EQ(gives_up(14500ms), 15500ms);
    EXPECT_EQ(gives_up(60s), 61s);
}

TEST_F(PatienceTest, IsTheUsualOneAgainWhenAllIsConnected) {
    patience_.disconnected(kStart);
    patience_.connected();
    EXPECT_EQ(gives_up(1s), 2s);
}

TEST_F(PatienceTest, RidesOutEveryOutageFromItsOwnBeginning) {
    patience_.disconnected(kStart);
    patience_.connected();
    patience_.disconnected(kStart + 30s);
    EXPECT_EQ(gives_up(30s), 45s);
}

}  // namespace
}  // namespace store
