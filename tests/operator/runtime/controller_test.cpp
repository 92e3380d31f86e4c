// The controller against a cluster in memory: step by step with an invented clock, and with real threads.
#include "operator/runtime/controller.h"

#include "tests/operator/runtime/stepped_test.h"
#include "tests/support/eventually.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <stdexcept>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runtime {
namespace {

using namespace test;
using support::eventually;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

class FunctionReconciler : public Reconciler {
  public:
    using Function = std::function<Result<void>(const runtime::Run&)>;
    explicit FunctionReconciler(Function function) : function_(std::move(function)) {}
    Result<void> reconcile(const runtime::Run& run) override { return function_(run); }

  private:
    Function function_;
};

class ControllerTest : public SteppedTest {
  protected:
    ControllerTest() { controller.watch(kWidget, {}, store); }

    void observe() {
        do {
            for (const auto& reflector : controller.reflectors()) {
                reflector->step({});
            }
        } while (!controller.synced());
    }

    /// Works everything that is due and returns the keys.
    std::vector<std::string> work() {
        while (controller.run_one(reconciler)) {
        }
        return std::exchange(worked, {});
    }

    /// Counters and gauges as they are now: "name/label/label".
    std::map<std::string, double> counted() {
        controller.update_metrics();
        std::map<std::string, double> result;
        for (const auto& family : registry.Collect()) {
            for (const auto& metric : family.metric) {
                std::string name = family.name;
                for (const auto& label : metric.label) {
                    name += "/" + label.value;
                }
                result[name] = metric.counter.value + metric.gauge.value;
            }
        }
        return result;
    }

    Controller controller{cluster, time.environment(), metrics, {.workers = 4, .page_size = 2}};
    Store store{project, controller.on_change(kWidget)};
    std::vector<std::string> worked;
    std::function<Result<void>(const ObjectKey&)> answer = [](const ObjectKey&) { return Result<void>{}; };
    std::function<Result<void>(const runtime::Run&)> reconcile = [this](const runtime::Run& run) {
        return answer(run.key);
    };
    FunctionReconciler reconciler{[this](const runtime::Run& run) {
        worked.push_back(run.key.name);
        return reconcile(run);
    }};
};

TEST_F(ControllerTest, WorksNothingBeforeEveryStoreIsSynced) {
    constexpr kube::Kind kOther{"example.org", "v1", "Other", "others"};
    Store others{project, controller.on_change(kOther)};
    controller.watch(kOther, {}, others);
    cluster.put(kWidget, widget("w", "a"));
    controller.reflectors()[0]->step({});
    EXPECT_THAT(work(), IsEmpty());
    EXPECT_FALSE(controller.synced());
    controller.reflectors()[1]->step({});
    EXPECT_TRUE(controller.synced());
    EXPECT_THAT(work(), ElementsAre("a"));
}

TEST_F(ControllerTest, WorksTheOwnerOfWhatChangedAndIsThenQuiet) {
    cluster.put(kWidget, widget("w1", "a"));
    cluster.put(kWidget, widget("w2", "a"));
    cluster.put(kWidget, widget("w3", "b"));
    observe();
    EXPECT_THAT(work(), ElementsAre("a", "b"));
    cluster.put(kWidget, widget("w3", "b", 9));
    observe();
    EXPECT_THAT(work(), ElementsAre("b"));
    EXPECT_EQ(controller.next_due(), std::nullopt);
}

TEST_F(ControllerTest, ServesAnEditBeforeTheWorkOfTheStart) {
    for (const char* name : {"a", "b", "c", "d"}) {
        cluster.put(kWidget, widget(name, name));
    }
    observe();
    cluster.put(kWidget, widget("d", "d", 9));
    observe();
    EXPECT_THAT(work(), ElementsAre("d", "a", "b", "c"));
}

TEST_F(ControllerTest, PacesAKeyThatFailsForEver) {
    answer = [](const ObjectKey&) { return fail(ErrorKind::conflict, "no"); };
    cluster.put(kWidget, widget("w", "a"));
    observe();
    std::size_t runs = 0;
    const TimePoint end = time.now + 10min;
    while (controller.next_due() && *controller.next_due() < end) {
        time.now = *controller.next_due();
        runs += work().size();
    }
    EXPECT_GE(runs, 25U);
    EXPECT_LE(runs, 35U);
}

TEST_F(ControllerTest, TriesAFailedKeyAgainAndForgetsTheFailureOnceItWorked) {
    int failures = 3;
    answer = [&](const ObjectKey&) -> Result<void> {
        if (failures-- > 0) {
            return fail(ErrorKind::unavailable, "connection lost");
        }
        return {};
    };
    cluster.put(kWidget, widget("w", "a"));
    observe();
    std::size_t runs = 0;
    while (const auto due = controller.next_due()) {
        time.now = std::max(time.now, *due);
        runs += work().size();
    }
    EXPECT_EQ(runs, 4U);
}

TEST_F(ControllerTest, IsNotReadyWhenItsCredentialsAreRefusedForAWhile) {
    EXPECT_EQ(controller.ready().error().kind, ErrorKind::unavailable) << "nothing is listed yet";
    bool refused = true;
    answer = [&](const ObjectKey&) -> Result<void> {
        return refused ? fail(ErrorKind::unauthorized, "Unauthorized") : Result<void>{};
    };
    cluster.put(kWidget, widget("w", "a"));
    observe();
    work();
    EXPECT_TRUE(controller.ready()) << "a renewed token takes a moment";
    time.now += Controller::kRefusedForGood + 1ms;
    work();
    EXPECT_EQ(controller.ready().error().kind, ErrorKind::unauthorized);
    refused = false;
    time.now += 1min;
    work();
    EXPECT_TRUE(controller.ready());
}

TEST_F(ControllerTest, TriesInvalidInputSeldomAndAtOnceWhenAPersonChangedIt) {
    answer = [](const ObjectKey&) { return fail(ErrorKind::invalid, "a bad spec"); };
    cluster.put(kWidget, widget("w", "a"));
    observe();
    EXPECT_THAT(work(), ElementsAre("a"));
    EXPECT_GE(*controller.next_due(), time.now + 15s);
    cluster.put(kWidget, widget("w", "a", 2));
    observe();
    EXPECT_THAT(work(), IsEmpty()) << "a program changed it: that may be the failure's own echo";
    cluster.put(kWidget, wished(widget("w", "a", 2), "2"));
    observe();
    EXPECT_THAT(work(), ElementsAre("a"));
}

TEST_F(ControllerTest, WaitsAsLongAsTheServerAsks) {
    answer = [](const ObjectKey&) -> Result<void> {
        return tl::unexpected(Error{ErrorKind::throttled, "busy", 20s});
    };
    cluster.put(kWidget, widget("w", "a"));
    observe();
    work();
    EXPECT_GE(*controller.next_due(), time.now + 20s);
}

TEST_F(ControllerTest, TakesAnExceptionForAFailure) {
    answer = [](const ObjectKey&) -> Result<void> { throw std::runtime_error("a bug"); };
    cluster.put(kWidget, widget("w", "a"));
    cluster.put(kWidget, widget("w2", "b"));
    observe();
    EXPECT_THAT(work(), ElementsAre("a", "b"));
    EXPECT_TRUE(controller.next_due());
}

TEST_F(ControllerTest, RunsOnceMoreAfterItsOwnWriteAndThenIsQuiet) {
    answer = [this](const ObjectKey& key) -> Result<void> {
        const auto written = cluster.apply(kWidget, widget("made-by-" + key.name, key.name), {}, {});
        store.observe_write(*written);
        return {};
    };
    cluster.put(kWidget, widget("w", "a"));
    observe();
    EXPECT_THAT(work(), ElementsAre("a", "a"));
    observe();
    EXPECT_THAT(work(), IsEmpty());
    EXPECT_EQ(store.size(), 2U);
}

TEST_F(ControllerTest, FinishesAfterAWriteWhoseAnswerWasLost) {
    answer = [this](const ObjectKey& key) -> Result<void> {
        const auto written = cluster.create(kWidget, widget("made", key.name), {}, {});
        if (!written && written.error().kind != ErrorKind::conflict) {
            return tl::unexpected(written.error());
        }
        return {};
    };
    cluster.set_fault([this](const Call& call, Moment moment) -> std::optional<Error> {
        if (call.verb != Verb::create || moment != Moment::after) {
            return std::nullopt;
        }
        cluster.set_fault(nullptr);
        return Error{ErrorKind::unavailable, "connection lost"};
    });
    cluster.put(kWidget, widget("w", "a"));
    observe();
    work();
    observe();
    work();
    EXPECT_TRUE(store.get({"ns", "made"}));
}

TEST_F(ControllerTest, MakesWhatIsNewBeforeItTellsOfWhatIsThere) {
    cluster.put(kWidget, widget("old", "old"));
    observe();
    work();
    cluster.put(kWidget, widget("old", "old", 2));
    cluster.put(kWidget, wished(widget("new", "new"), "1"));
    observe();
    EXPECT_THAT(work(), ElementsAre("new", "old"));
}

TEST_F(ControllerTest, TakesADryRunFromNoBudget) {
    bool throttled = true;
    reconcile = [&](const runtime::Run& run) -> Result<void> {
        for (unsigned i = 0; i <= WriteBudget::kSize.tokens; ++i) {
            EXPECT_TRUE(run.client.create(kWidget, widget("tried", "a"), {.dry_run = true}, run.stop));
        }
        throttled = run.throttled();
        return {};
    };
    cluster.put(kWidget, widget("w", "a"));
    observe();
    work();
    EXPECT_FALSE(throttled);
    EXPECT_FALSE(cluster.get(kWidget, {"ns", "tried"}));
    EXPECT_THAT(cluster.writes(), IsEmpty());
}

TEST_F(ControllerTest, PutsWritesOffThatExceedTheBudgetOfTheirKeyAndComesBackWhenItIsCalm) {
    std::size_t written = 0;
    bool fight = true;
    bool throttled = false;
    reconcile = [&](const runtime::Run& run) -> Result<void> {
        while (fight) {
            const auto applied = run.client.apply(kWidget, widget("made", "a"), {}, run.stop);
            throttled = run.throttled();
            if (!applied) {
                return tl::unexpected(applied.error());
            }
            ++written;
        }
        throttled = run.throttled();
        return {};
    };
    cluster.put(kWidget, widget("w", "a"));
    observe();
    work();
    EXPECT_EQ(written, WriteBudget::kSize.tokens - WriteBudget::kReserve);
    EXPECT_TRUE(throttled);
    EXPECT_EQ(counted()["crm_operator_writes_throttled_total"], 1);
    EXPECT_EQ(counted()["crm_operator_concurrency_limit"], 4) << "the API server is not in trouble";

    time.now += 1h;
    written = 0;
    const TimePoint end = time.now + 10min;
    while (*controller.next_due() < end) {
        time.now = std::max(time.now, *controller.next_due());
        work();
    }
    EXPECT_LE(written, WriteBudget::kSize.tokens + 10 * WriteBudget::kWritesAMinute);
    fight = false;
    while (const auto due = controller.next_due()) {
        time.now = std::max(time.now, *due);
        work();
    }
    EXPECT_FALSE(throttled);
    EXPECT_LE(time.now, end + 2min);
}

TEST_F(ControllerTest, CountsWhatItDoes) {
    answer = [](const ObjectKey& key) -> Result<void> {
        if (key.name == "bad") {
            return fail(ErrorKind::invalid, "no");
        }
        return {};
    };
    cluster.put(kWidget, widget("w1", "good"));
    cluster.put(kWidget, widget("w2", "bad"));
    observe();
    work();
    cluster.put(kWidget, widget("w1", "good", 2));
    observe();
    cluster.put(kWidget, wished(widget("w1", "good", 2), "2"));
    observe();
    work();
    auto count = counted();
    EXPECT_EQ(count["controller_runtime_reconcile_total/widget/success"], 2);
    EXPECT_EQ(count["controller_runtime_reconcile_total/widget/error"], 1);
    EXPECT_EQ(count["controller_runtime_reconcile_errors_total/widget"], 1);
    EXPECT_EQ(count["controller_runtime_max_concurrent_reconciles/widget"], 4);
    EXPECT_EQ(count["controller_runtime_active_workers/widget"], 0);
    EXPECT_EQ(count["workqueue_depth/widget/widget"], 1) << "the bad one waits to be tried again";
    EXPECT_EQ(count["workqueue_adds_total/widget/widget"], 4);
    EXPECT_EQ(count["workqueue_retries_total/widget/widget"], 1);
    EXPECT_EQ(count["crm_operator_reconcile_failures_total/invalid"], 1);
    EXPECT_EQ(count["crm_operator_reconcile_causes_total/list"], 2);
    EXPECT_EQ(count["crm_operator_reconcile_causes_total/spec"], 1);
    EXPECT_EQ(count["crm_operator_store_objects/Widget"], 2);
    EXPECT_EQ(count["crm_operator_reflector_lists_total/Widget"], 1);
    EXPECT_EQ(count["crm_operator_concurrency_limit"], 4);
}

class ControllerThreadsTest : public testing::Test {
  protected:
    FakeCluster cluster;
    prometheus::Registry registry;
    Metrics metrics{registry, "widget", 4};
    Controller controller{cluster, real_environment(), metrics, {.workers = 4}};
    Store store{project, controller.on_change(kWidget)};
};

TEST_F(ControllerThreadsTest, BringsManyKeysToTheirGoal) {
    controller.watch(kWidget, {}, store);
    constexpr std::size_t kKeys = 40;
    for (std::size_t i = 0; i < kKeys / 2; ++i) {
        cluster.put(kWidget, widget("w" + std::to_string(i), "k" + std::to_string(i)));
    }
    FunctionReconciler reconciler([this](const runtime::Run& run) -> Result<void> {
        const ObjectKey& key = run.key;
        if (store.owned_by(key).size() == 2) {
            return {};
        }
        const auto written = cluster.apply(kWidget, widget("made-" + key.name, key.name), {}, run.stop);
        if (!written) {
            return tl::unexpected(written.error());
        }
        store.observe_write(*written);
        return {};
    });
    std::jthread thread([&](const std::stop_token& stop) { controller.run(reconciler, stop); });
    for (std::size_t i = kKeys / 2; i < kKeys; ++i) {
        cluster.put(kWidget, widget("w" + std::to_string(i), "k" + std::to_string(i)));
    }
    ASSERT_TRUE(eventually([&] { return cluster.all(kWidget).size() == 2 * kKeys; }));
    ASSERT_TRUE(eventually([&] { return store.size() == 2 * kKeys; }));
    thread.request_stop();
    thread.join();
    EXPECT_EQ(cluster.writes().size(), kKeys) << "no key wrote twice";
}

TEST_F(ControllerThreadsTest, StopsAtOnceWhileEverythingIsBlocked) {
    controller.watch(kWidget, {}, store);
    cluster.put(kWidget, widget("w", "blocked"));
    std::atomic<bool> entered = false;
    FunctionReconciler reconciler([&](const runtime::Run& run) -> Result<void> {
        entered = true;
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait(lock, run.stop, [] { return false; });
        return fail(ErrorKind::cancelled, "stopped");
    });
    std::jthread thread([&](const std::stop_token& stop) { controller.run(reconciler, stop); });
    ASSERT_TRUE(eventually([&] { return entered && cluster.watching() == 1; }));
    const TimePoint asked = std::chrono::steady_clock::now();
    thread.request_stop();
    thread.join();
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 100ms);
}

TEST_F(ControllerThreadsTest, StopsAtOnceWhileTheApiServerIsGone) {
    controller.watch(kWidget, {}, store);
    std::atomic<bool> asked_for_list = false;
    cluster.set_fault([&](const Call&, Moment) {
        asked_for_list = true;
        return Error{ErrorKind::unavailable, "connection refused"};
    });
    FunctionReconciler reconciler([](const runtime::Run&) -> Result<void> { return {}; });
    std::jthread thread([&](const std::stop_token& stop) { controller.run(reconciler, stop); });
    ASSERT_TRUE(eventually([&] { return asked_for_list.load(); }));
    const TimePoint asked = std::chrono::steady_clock::now();
    thread.request_stop();
    thread.join();
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 100ms);
    EXPECT_FALSE(controller.synced());
}

}  // namespace
}  // namespace runtime
