#include "common/stop.h"

#include <csignal>
#include <pthread.h>
#include <thread>

#include <gtest/gtest.h>

namespace common {
namespace {

/// The mask of the calling thread is put back, so that other tests see the signals they expect.
class Stop : public testing::Test {
  protected:
    void SetUp() override {
        pthread_sigmask(SIG_SETMASK, nullptr, &mask_);
        block_stop_signals();
    }
    void TearDown() override { pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }

  private:
    sigset_t mask_{};
};

TEST_F(Stop, ReturnsTheSignalThatArrived) {
    raise(SIGTERM);
    EXPECT_EQ(wait_for_stop_signal(), SIGTERM);
    raise(SIGINT);
    EXPECT_EQ(wait_for_stop_signal(), SIGINT);
}

TEST_F(Stop, WaitsForASignalOfAnotherThread) {
    const pthread_t waiting = pthread_self();
    const std::jthread sender([waiting] { pthread_kill(waiting, SIGTERM); });
    EXPECT_EQ(wait_for_stop_signal(), SIGTERM);
}

TEST_F(Stop, SurvivesAWriteToAClosedPipe) {
    EXPECT_EQ(raise(SIGPIPE), 0);
}

}  // namespace
}  // namespace common
