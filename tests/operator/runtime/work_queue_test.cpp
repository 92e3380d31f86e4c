#include "operator/runtime/work_queue.h"

#include "tests/operator/runtime/objects.h"

#include <array>
#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace runtime {
namespace {

using namespace std::chrono_literals;

class WorkQueueTest : public testing::Test {
  protected:
    std::string take() {
        auto taken = queue.try_take();
        if (!taken) {
            return "-";
        }
        running.push_back(*taken);
        return taken->key.name;
    }
    void add(const std::string& name, Duration delay = 0ms) { queue.add({"ns", name}, Wake{}, delay); }

    test::ManualTime time;
    WorkQueue queue{time.environment(), 4};
    std::vector<WorkQueue::Taken> running;
};

TEST_F(WorkQueueTest, HandsOutNothingBeforeItIsOpen) {
    add("a");
    EXPECT_EQ(take(), "-");
    EXPECT_EQ(queue.next_due(), std::nullopt);
    queue.open();
    EXPECT_EQ(queue.next_due(), time.now);
    EXPECT_EQ(take(), "a");
}

TEST_F(WorkQueueTest, SaysHowLongAKeyWaited) {
    queue.open();
    add("a", 1s);
    time.now += 3s;
    EXPECT_EQ(queue.try_take()->waited, 2s);
}

TEST_F(WorkQueueTest, WorksFewerKeysAtOnceAfterOverloadAndMoreAgainWithTime) {
    queue.open();
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
        add(name);
    }
    EXPECT_EQ(take() + take() + take() + take() + take(), "abcd-");
    queue.done(running[0], true);
    queue.done(running[1], true);
    EXPECT_EQ(queue.size().concurrency, 2U) << "one burst of failures counts once";
    EXPECT_EQ(take(), "-") << "c and d still run";
    queue.done(running[2], false);
    EXPECT_EQ(take() + take(), "e-");
    EXPECT_EQ(queue.next_due(), time.now + 1s);
    time.now += 1s;
    EXPECT_EQ(take() + take(), "f-");
    EXPECT_EQ(queue.size().running, 3U);
}

TEST_F(WorkQueueTest, KeepsPlacesFreeOfWhatWasSlow) {
    queue.open();
    for (const char* name : {"a", "b", "c", "d"}) {
        add(name);
    }
    EXPECT_EQ(take() + take() + take() + take(), "abcd");
    time.now += WorkQueue::kSlow + 1ms;
    for (const WorkQueue::Taken& taken : running) {
        queue.add(taken.key, Wake{});
        queue.done(taken, false);
    }
    EXPECT_EQ(take() + take(), "a-") << "one of four places";
    EXPECT_EQ(queue.next_due(), std::nullopt);
    add("e");
    EXPECT_EQ(take() + take(), "e-");
    queue.done(running[4], false);
    EXPECT_EQ(take() + take(), "b-");
}

TEST_F(WorkQueueTest, SaysHowLongWhatRunsHasBeenRunning) {
    queue.open();
    add("a");
    add("b");
    take();
    time.now += 2s;
    take();
    time.now += 1s;
    EXPECT_EQ(queue.size().running_in_all, 4s);
    EXPECT_EQ(queue.size().longest_running, 3s);
    queue.done(running[0], false);
    EXPECT_EQ(queue.size().running_in_all, 1s);
}

TEST(WorkQueueThreads, NeverRunsOneKeyTwiceAtOnceAndLosesNone) {
    constexpr int kKeys = 5;
    constexpr int kAdds = 400;
    WorkQueue queue(real_environment(), 4);
    queue.open();
    std::array<std::atomic<int>, kKeys> running{};
    std::array<std::atomic<int>, kKeys> wanted{};
    std::array<std::atomic<int>, kKeys> seen{};
    std::atomic<bool> overlapped = false;
    std::stop_source stop;
    {
        std::vector<std::jthread> workers;
        for (int worker = 0; worker < 4; ++worker) {
            workers.emplace_back([&] {
                while (const auto taken = queue.take(stop.get_token())) {
                    const auto key = static_cast<std::size_t>(std::stoi(taken->key.name));
                    overlapped = overlapped || running[key]++ != 0;
                    seen[key] = wanted[key].load();  // level-triggered: a run sees all that was added before
                    running[key]--;
                    queue.done(*taken, false);
                }
            });
        }
        {
            std::vector<std::jthread> producers;
            for (int producer = 0; producer < 4; ++producer) {
                producers.emplace_back([&] {
                    for (int i = 0; i < kAdds; ++i) {
                        wanted[static_cast<std::size_t>(i % kKeys)]++;
                        queue.add({"ns", std::to_string(i % kKeys)}, Wake{});
                    }
                });
            }
        }
        while (queue.size().waiting + queue.size().running > 0) {
            std::this_thread::yield();
        }
        stop.request_stop();
    }
    EXPECT_FALSE(overlapped);
    for (std::size_t key = 0; key < kKeys; ++key) {
        EXPECT_EQ(seen[key], wanted[key]) << key;
    }
}

TEST(WorkQueueThreads, WakesAWorkerWhenADelayEnds) {
    WorkQueue queue(real_environment(), 1);
    queue.open();
    queue.add({"ns", "later"}, Wake{}, 20ms);
    const TimePoint began = std::chrono::steady_clock::now();
    ASSERT_TRUE(queue.take(std::stop_token{}));
    EXPECT_GE(std::chrono::steady_clock::now() - began, 15ms);
}

TEST(WorkQueueThreads, WakesAWorkerThatWaitsForALaterKey) {
    WorkQueue queue(real_environment(), 1);
    queue.open();
    queue.add({"ns", "later"}, Wake{}, 1h);
    std::latch started(1);
    std::string got;
    {
        const std::jthread worker([&](const std::stop_token& stop) {
            started.count_down();
            got = queue.take(stop)->key.name;
        });
        started.wait();
        queue.add({"ns", "now"}, Wake{});
        while (queue.size().running == 0) {
            std::this_thread::yield();
        }
    }
    EXPECT_EQ(got, "now");
}

TEST(WorkQueueThreads, StopsWorkersThatWaitAtOnce) {
    WorkQueue closed(real_environment(), 4);
    closed.add({"ns", "a"}, Wake{});
    WorkQueue delayed(real_environment(), 4);
    delayed.open();
    delayed.add({"ns", "a"}, Wake{}, 1h);
    std::stop_source stop;
    std::latch started(4);
    TimePoint asked;
    {
        std::vector<std::jthread> workers;
        for (WorkQueue* queue : {&closed, &closed, &delayed, &delayed}) {
            workers.emplace_back([&started, &stop, queue] {
                started.count_down();
                EXPECT_FALSE(queue->take(stop.get_token()));
            });
        }
        started.wait();
        asked = std::chrono::steady_clock::now();
        stop.request_stop();
    }
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 100ms);
}

}  // namespace
}  // namespace runtime
