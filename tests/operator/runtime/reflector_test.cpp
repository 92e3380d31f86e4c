// The reflector against a cluster in memory, one request at a time.
#include "operator/runtime/reflector.h"

#include "tests/operator/runtime/stepped_test.h"
#include "tests/support/eventually.h"

#include <algorithm>
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

class ReflectorTest : public SteppedTest {
  protected:
    Duration step() { return reflector.step({}); }

    /// Steps until it watches, without honouring waits.
    void sync() {
        do {
            step();
        } while (reflector.status().state != Reflector::State::watching);
    }

    void fail_next(Verb verb, const Error& error) {
        cluster.set_fault([this, verb, error](const Call& call, Moment moment) -> std::optional<Error> {
            if (call.verb != verb || moment != Moment::before) {
                return std::nullopt;
            }
            cluster.set_fault(nullptr);
            return error;
        });
    }

    std::size_t calls(Verb verb) {
        const auto all = cluster.calls();
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [&](const Call& call) { return call.verb == verb; }));
    }

    std::vector<std::string> reported() { return std::exchange(owners, {}); }

    std::vector<std::string> owners;
    Store store{project, [this](const ObjectKey& owner, const Change&) { owners.push_back(owner.name); }};
    int listed = 0;
    Reflector reflector{cluster,
                        kWidget,
                        {},
                        store,
                        time.environment(),
                        metrics.reflector(kWidget),
                        {.page_size = 2, .on_listed = [this] { ++listed; }}};
};

TEST_F(ReflectorTest, ListsInPagesAndThenWatches) {
    for (const char* name : {"w1", "w2", "w3"}) {
        cluster.put(kWidget, widget(name, "a"));
    }
    EXPECT_EQ(reflector.status().state, Reflector::State::empty);
    EXPECT_EQ(step(), 0ms);
    EXPECT_EQ(reflector.status().state, Reflector::State::listing);
    EXPECT_FALSE(reflector.status().synced);
    EXPECT_EQ(listed, 0);
    EXPECT_EQ(step(), 0ms);
    EXPECT_EQ(reflector.status().state, Reflector::State::watching);
    EXPECT_TRUE(reflector.status().synced);
    EXPECT_EQ(listed, 1);
    EXPECT_EQ(store.size(), 3U);
}

TEST_F(ReflectorTest, FollowsChanges) {
    cluster.put(kWidget, widget("w1", "a"));
    sync();
    cluster.put(kWidget, widget("w2", "b"));
    cluster.put(kWidget, widget("w1", "a", 7));
    EXPECT_EQ(step(), 0ms);
    EXPECT_EQ(store.get({"ns", "w1"})->fields.dump(), R"({"size":7})");
    EXPECT_TRUE(store.get({"ns", "w2"}));
    cluster.erase(kWidget, {"ns", "w2"});
    step();
    EXPECT_FALSE(store.get({"ns", "w2"}));
    EXPECT_THAT(reported(), ElementsAre("a", "b", "a", "b"));
}

TEST_F(ReflectorTest, MissesNothingThatHappensBetweenListAndWatch) {
    sync();
    cluster.set_fault([this](const Call& call, Moment) -> std::optional<Error> {
        if (call.verb == Verb::watch) {
            cluster.set_fault(nullptr);
            cluster.put(kWidget, widget("between", "a"));
        }
        return std::nullopt;
    });
    step();
    EXPECT_TRUE(store.get({"ns", "between"}));
}

TEST_F(ReflectorTest, MissesNothingThatHappensBetweenTwoPages) {
    for (const char* name : {"w1", "w2", "w3"}) {
        cluster.put(kWidget, widget(name, "a"));
    }
    step();
    cluster.erase(kWidget, {"ns", "w1"});
    cluster.put(kWidget, widget("w0", "b"));
    sync();
    step();
    EXPECT_FALSE(store.get({"ns", "w1"}));
    EXPECT_TRUE(store.get({"ns", "w0"}));
    EXPECT_EQ(store.size(), 3U);
}

TEST_F(ReflectorTest, ResumesAWatchThatEndedWithoutListingAgain) {
    sync();
    step();
    cluster.put(kWidget, widget("w", "a"));
    step();
    EXPECT_EQ(calls(Verb::list), 1U);
    EXPECT_TRUE(store.get({"ns", "w"}));
}

TEST_F(ReflectorTest, ResumesFromTheLastBookmarkSoThatCompactionDoesNotCostAList) {
    sync();
    cluster.put({"example.org", "v1", "Other", "others"}, [] {
        auto other = widget("o", "a");
        other["kind"] = "Other";
        return other;
    }());
    step();  // tells nothing but a bookmark
    cluster.compact();
    EXPECT_EQ(step(), 0ms);
    EXPECT_EQ(calls(Verb::list), 1U);
}

TEST_F(ReflectorTest, ListsAgainAtOnceWhenItsResumePointHasExpired) {
    cluster.put(kWidget, widget("w1", "a"));
    cluster.put(kWidget, widget("w2", "b"));
    sync();
    step();
    cluster.erase(kWidget, {"ns", "w1"});
    cluster.put(kWidget, widget("w3", "c"));
    cluster.compact();
    reported();
    EXPECT_EQ(step(), 0ms);
    EXPECT_EQ(reflector.status().state, Reflector::State::empty);
    EXPECT_TRUE(store.get({"ns", "w1"})) << "the old content is served meanwhile";
    EXPECT_TRUE(store.synced());
    sync();
    EXPECT_FALSE(store.get({"ns", "w1"}));
    EXPECT_TRUE(store.get({"ns", "w3"}));
    EXPECT_THAT(reported(), testing::UnorderedElementsAre("a", "c"));
    EXPECT_EQ(reflector.status().restarts, 1U);
}

TEST_F(ReflectorTest, PacesListsWhoseVersionIsTooOldAtOnce) {
    sync();
    fail_next(Verb::watch, {ErrorKind::expired, "too old"});
    EXPECT_GE(step(), 400ms);
}

TEST_F(ReflectorTest, StartsTheListOverWhenItsContinueTokenHasExpired) {
    for (const char* name : {"w1", "w2", "w3"}) {
        cluster.put(kWidget, widget(name, "a"));
    }
    step();
    cluster.compact();
    EXPECT_GE(step(), 400ms);
    EXPECT_EQ(reflector.status().state, Reflector::State::empty);
    sync();
    EXPECT_EQ(store.size(), 3U);
}

TEST_F(ReflectorTest, AsksForTheSamePageAgainAfterAnError) {
    for (const char* name : {"w1", "w2", "w3"}) {
        cluster.put(kWidget, widget(name, "a"));
    }
    step();
    fail_next(Verb::list, {ErrorKind::unavailable, "connection lost"});
    EXPECT_GE(step(), 400ms);
    EXPECT_EQ(reflector.status().state, Reflector::State::listing);
    EXPECT_EQ(reflector.status().last_error, "connection lost");
    EXPECT_EQ(step(), 0ms);
    EXPECT_EQ(reflector.status().last_error, "");
    EXPECT_EQ(store.size(), 3U);
    EXPECT_EQ(reflector.status().restarts, 0U);
}

TEST_F(ReflectorTest, WatchesAgainFromWhereItWasAfterAnError) {
    sync();
    fail_next(Verb::watch, {ErrorKind::unavailable, "connection lost"});
    EXPECT_GE(step(), 400ms);
    EXPECT_EQ(reflector.status().state, Reflector::State::watching);
    cluster.put(kWidget, widget("w", "a"));
    EXPECT_EQ(step(), 0ms);
    EXPECT_TRUE(store.get({"ns", "w"}));
    EXPECT_EQ(calls(Verb::list), 1U);
}

TEST_F(ReflectorTest, WaitsAsLongAsTheServerAsksWhenThrottled) {
    fail_next(Verb::list, {ErrorKind::throttled, "too many requests", 17s});
    EXPECT_EQ(step(), 17s);
}

TEST_F(ReflectorTest, RetriesEverMoreSlowly) {
    cluster.set_fault([](const Call&, Moment) { return Error{ErrorKind::forbidden, "no"}; });
    Duration last{0};
    for (int i = 0; i < 6; ++i) {
        const Duration wait = step();
        EXPECT_GT(wait, last);
        last = wait;
        time.now += wait;
    }
}

/// A client whose watches end at once without a word.
class DumbWatches : public FakeCluster {
  public:
    Result<void> watch(const kube::Kind&, const kube::Selection&, const std::string&,
                       const std::function<void(kube::WatchEvent)>&, std::stop_token) override {
        return {};
    }
};

TEST_F(ReflectorTest, PacesWatchesThatEndAtOnceWithoutAWord) {
    DumbWatches dumb;
    Reflector paced(dumb, kWidget, {}, store, time.environment(), metrics.reflector(kWidget), {});
    EXPECT_EQ(paced.step({}), 0ms);
    EXPECT_GE(paced.step({}), 400ms);
}

TEST_F(ReflectorTest, IsNotHeldUpByAnObjectThatItsProjectionCannotRead) {
    cluster.put(kWidget, widget("w", "a"));
    sync();
    const auto break_it = [](kube::json& object) { object.erase("spec"); };
    cluster.edit(kWidget, {"ns", "w"}, break_it);
    cluster.put(kWidget, widget("x", "b"));
    EXPECT_EQ(step(), 0ms);
    EXPECT_TRUE(store.get({"ns", "x"}));
    EXPECT_EQ(store.get({"ns", "w"})->fields.dump(), R"({"size":1})") << "it stays as it was known";
    fail_next(Verb::watch, {ErrorKind::expired, "too old"});
    step();
    sync();
    EXPECT_TRUE(store.get({"ns", "w"}));
}

TEST_F(ReflectorTest, ListsAgainWhenAnAnswerMakesNoSense) {
    sync();
    fail_next(Verb::watch, {ErrorKind::internal, "not JSON"});
    EXPECT_GE(step(), 400ms);
    EXPECT_EQ(reflector.status().state, Reflector::State::empty);
}

TEST_F(ReflectorTest, ConfirmsAWriteThatWasObservedBefore) {
    sync();
    const auto written = cluster.apply(kWidget, widget("w", "a"), {}, {});
    store.observe_write(*written);
    EXPECT_THAT(reported(), ElementsAre("a"));
    step();
    EXPECT_THAT(reported(), IsEmpty());
    EXPECT_EQ(store.size(), 1U);
}

TEST_F(ReflectorTest, LeavesNoGhostWhenADeletionOvertakesTheObservationOfAWrite) {
    sync();
    const auto written = cluster.apply(kWidget, widget("w", "a"), {}, {});
    cluster.erase(kWidget, {"ns", "w"});
    step();
    store.observe_write(*written);
    EXPECT_EQ(store.size(), 0U);
}

TEST_F(ReflectorTest, RemovesAWriteThatWasDeletedBeforeTheWatchToldOfEither) {
    sync();
    store.observe_write(*cluster.apply(kWidget, widget("w", "a"), {}, {}));
    cluster.erase(kWidget, {"ns", "w"});
    step();
    EXPECT_EQ(store.size(), 0U);
    EXPECT_THAT(reported(), ElementsAre("a", "a"));
}

TEST(ReflectorThread, FollowsALiveWatchAndStopsAtOnce) {
    FakeCluster cluster;
    Store store(project, [](const ObjectKey&, const Change&) {});
    prometheus::Registry registry;
    Metrics metrics(registry, "widget", 1);
    Reflector reflector(cluster, kWidget, {}, store, real_environment(), metrics.reflector(kWidget), {});
    TimePoint asked;
    {
        std::jthread thread([&](const std::stop_token& stop) { reflector.run(stop); });
        ASSERT_TRUE(eventually([&] { return cluster.watching() == 1; }));
        cluster.put(kWidget, widget("w1", "a"));
        ASSERT_TRUE(eventually([&] { return store.size() == 1; }));
        cluster.drop_watches();
        cluster.put(kWidget, widget("w2", "a"));
        ASSERT_TRUE(eventually([&] { return store.size() == 2; }));
        ASSERT_TRUE(eventually([&] { return cluster.watching() == 1; }));
        asked = std::chrono::steady_clock::now();
    }
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 100ms);
}

}  // namespace
}  // namespace runtime
