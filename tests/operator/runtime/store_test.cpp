#include "operator/runtime/store.h"

#include "tests/operator/runtime/objects.h"

#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runtime {
namespace {

using kube::ObjectKey;
using test::at_version;
using test::widget;
using test::wished;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class StoreTest : public testing::Test {
  protected:
    void list(const std::vector<kube::json>& items, std::uint64_t version) {
        store.begin_list();
        store.add_page(items);
        store.end_list(version);
    }

    /// The owners reported since the last call.
    std::vector<std::string> reported() {
        std::vector<std::string> names;
        for (const auto& [owner, change] : std::exchange(changes, {})) {
            names.push_back(owner.name);
        }
        return names;
    }

    std::vector<std::string> names_owned_by(const std::string& owner) {
        std::vector<std::string> names;
        for (const StoredObject& object : store.owned_by({"ns", owner})) {
            names.push_back(object.key.name);
        }
        return names;
    }

    /// Whether the one change reported since the last call was of a wish.
    bool is_wish() {
        EXPECT_EQ(changes.size(), 1U);
        return std::exchange(changes, {}).front().second.wish;
    }

    std::vector<std::pair<ObjectKey, Change>> changes;
    Store store{test::project, [this](const ObjectKey& owner, const Change& change) {
                    changes.emplace_back(owner, change);
                }};
};

TEST(ParseResourceVersion, TakesNumbersOfSixtyFourBitsAndNothingElse) {
    EXPECT_EQ(parse_resource_version("0"), 0U);
    EXPECT_EQ(parse_resource_version("18446744073709551615"), 18446744073709551615U);
    for (const char* text : {"", "-1", "1x", " 1", "18446744073709551616"}) {
        EXPECT_EQ(parse_resource_version(text), std::nullopt) << text;
    }
}

TEST_F(StoreTest, IsSyncedOnceAFirstListIsComplete) {
    store.begin_list();
    store.add_page({at_version(widget("w", "a"), 5)});
    EXPECT_FALSE(store.synced());
    store.end_list(10);
    EXPECT_TRUE(store.synced());
}

TEST_F(StoreTest, RemembersIdentityAndProjection) {
    list({at_version(widget("w", "a", 3), 5, "uid-w")}, 10);
    const StoredObject expected{.key = {"ns", "w"},
                                .uid = "uid-w",
                                .resource_version = 5,
                                .owner = {"ns", "a"},
                                .fields = {{"size", 3}}};
    EXPECT_EQ(store.get({"ns", "w"}), expected);
    EXPECT_EQ(store.get({"ns", "x"}), std::nullopt);
    EXPECT_EQ(store.get({"other", "w"}), std::nullopt);
}

TEST_F(StoreTest, DoesNotKeepWhatConcernsNobody) {
    list({at_version(widget("stray", ""), 5)}, 10);
    EXPECT_EQ(store.size(), 0U);
    EXPECT_THAT(reported(), IsEmpty());
}

TEST_F(StoreTest, FindsObjectsByOwnerSortedByKey) {
    list({at_version(widget("w3", "b"), 1), at_version(widget("w2", "a"), 2),
          at_version(widget("w1", "b"), 3), at_version(widget("w4", "ab"), 3)},
         10);
    EXPECT_THAT(names_owned_by("b"), ElementsAre("w1", "w3"));
    EXPECT_THAT(names_owned_by("a"), ElementsAre("w2"));
    EXPECT_THAT(names_owned_by("nobody"), IsEmpty());
    EXPECT_THAT(store.owners(),
                ElementsAre(ObjectKey{"ns", "a"}, ObjectKey{"ns", "ab"}, ObjectKey{"ns", "b"}));
}

TEST_F(StoreTest, SaysHowItLearntOfAChange) {
    list({at_version(widget("w", "a"), 5)}, 10);
    store.upsert(at_version(widget("w", "a", 2), 11));
    store.observe_write(at_version(widget("w", "a", 3), 12));
    const ObjectKey a{"ns", "a"};
    EXPECT_THAT(changes, ElementsAre(std::pair(a, Change{Origin::list}), std::pair(a, Change{Origin::watch}),
                                     std::pair(a, Change{Origin::write})));
}

TEST_F(StoreTest, DoesNotReportANewVersionOfTheSame) {
    list({at_version(widget("w", "a"), 5)}, 10);
    reported();
    store.upsert(at_version(widget("w", "a"), 11));
    list({at_version(widget("w", "a"), 12)}, 13);
    EXPECT_THAT(reported(), IsEmpty());
    EXPECT_EQ(store.get({"ns", "w"})->resource_version, 12U);
}

TEST_F(StoreTest, ReportsANamesakeOfAnotherUid) {
    list({at_version(widget("w", "a"), 5, "first")}, 10);
    reported();
    store.upsert(at_version(widget("w", "a"), 11, "second"));
    EXPECT_THAT(reported(), ElementsAre("a"));
    EXPECT_EQ(store.get({"ns", "w"})->uid, "second");
}

TEST_F(StoreTest, ReportsBothOwnersWhenAnObjectChangesHands) {
    list({at_version(widget("w", "a"), 5)}, 10);
    reported();
    store.upsert(at_version(widget("w", "b"), 11));
    EXPECT_THAT(reported(), UnorderedElementsAre("a", "b"));
    EXPECT_THAT(names_owned_by("a"), IsEmpty());
    EXPECT_THAT(names_owned_by("b"), ElementsAre("w"));
    store.upsert(at_version(widget("w", ""), 12));
    EXPECT_THAT(reported(), ElementsAre("b"));
    EXPECT_EQ(store.size(), 0U);
}

TEST_F(StoreTest, ForgetsWhatIsDeleted) {
    list({at_version(widget("w", "a"), 5)}, 10);
    reported();
    store.erase(at_version(widget("w", "a"), 11));
    EXPECT_THAT(reported(), ElementsAre("a"));
    EXPECT_EQ(store.size(), 0U);
    store.erase(at_version(widget("w", "a"), 11));
    EXPECT_THAT(reported(), IsEmpty());
}

TEST_F(StoreTest, ServesTheOldContentWhileARelistArrives) {
    list({at_version(widget("w1", "a"), 5), at_version(widget("w2", "b"), 6)}, 10);
    store.begin_list();
    store.add_page({at_version(widget("w1", "a"), 5)});
    EXPECT_THAT(names_owned_by("b"), ElementsAre("w2"));
    EXPECT_TRUE(store.synced());
}

TEST_F(StoreTest, DropsAndReportsWhatARelistNoLongerContains) {
    list({at_version(widget("w1", "a"), 5), at_version(widget("w2", "b"), 6)}, 10);
    reported();
    list({at_version(widget("w1", "a"), 5)}, 20);
    EXPECT_THAT(reported(), ElementsAre("b"));
    EXPECT_EQ(store.size(), 1U);
}

TEST_F(StoreTest, StartsARelistOverWithoutLosingAnything) {
    list({at_version(widget("w1", "a"), 5), at_version(widget("w2", "b"), 6)}, 10);
    store.begin_list();
    store.add_page({at_version(widget("w1", "a"), 5)});
    list({at_version(widget("w2", "b"), 6)}, 20);
    EXPECT_EQ(store.get({"ns", "w1"}), std::nullopt);
    EXPECT_TRUE(store.get({"ns", "w2"}));
}

TEST_F(StoreTest, FollowsAnApiServerThatWasRestoredFromABackup) {
    list({at_version(widget("w1", "a", 9), 500), at_version(widget("w2", "b"), 501)}, 510);
    list({at_version(widget("w1", "a", 1), 50)}, 60);
    EXPECT_EQ(store.get({"ns", "w1"})->fields.dump(), R"({"size":1})");
    EXPECT_EQ(store.size(), 1U);
    store.observe_write(at_version(widget("w1", "a", 2), 61));
    EXPECT_EQ(store.get({"ns", "w1"})->fields.dump(), R"({"size":2})");
}

TEST_F(StoreTest, ShowsAWriteBeforeTheWatchDoes) {
    list({}, 10);
    store.observe_write(at_version(widget("w", "a"), 11));
    EXPECT_THAT(reported(), ElementsAre("a"));
    EXPECT_TRUE(store.get({"ns", "w"}));
    store.upsert(at_version(widget("w", "a"), 11));
    EXPECT_THAT(reported(), IsEmpty()) << "the watch confirms what is known";
}

TEST_F(StoreTest, KeepsAWriteWhenTheWatchShowsAnOlderVersion) {
    list({at_version(widget("w", "a", 1), 5)}, 10);
    store.observe_write(at_version(widget("w", "a", 3), 12));
    reported();
    store.upsert(at_version(widget("w", "a", 2), 11));
    EXPECT_EQ(store.get({"ns", "w"})->fields.dump(), R"({"size":3})");
    EXPECT_THAT(reported(), IsEmpty());
    store.upsert(at_version(widget("w", "a", 4), 13));
    EXPECT_EQ(store.get({"ns", "w"})->fields.dump(), R"({"size":4})");
}

TEST_F(StoreTest, IgnoresAWriteThatTheWatchHasOvertaken) {
    list({at_version(widget("w", "a"), 5)}, 10);
    store.upsert(at_version(widget("w", "a", 3), 12));
    store.observe_write(at_version(widget("w", "a", 2), 11));
    EXPECT_EQ(store.get({"ns", "w"})->fields.dump(), R"({"size":3})");
}

TEST_F(StoreTest, LeavesNoGhostOfAnObjectDeletedBeforeItsWriteIsObserved) {
    list({}, 10);
    store.upsert(at_version(widget("w", "a"), 11));
    store.erase(at_version(widget("w", "a"), 12));
    store.observe_write(at_version(widget("w", "a"), 11));
    EXPECT_EQ(store.size(), 0U);
}

TEST_F(StoreTest, LeavesNoGhostWhenABookmarkPassedTheWrite) {
    list({}, 10);
    store.advance(20);
    store.observe_write(at_version(widget("w", "a"), 15));
    EXPECT_EQ(store.size(), 0U);
}

TEST_F(StoreTest, KeepsAnObjectRecreatedWhileTheWatchStillTellsOfTheDeletionBefore) {
    list({at_version(widget("w", "a"), 5, "first")}, 10);
    store.observe_write(at_version(widget("w", "a"), 13, "second"));
    store.erase(at_version(widget("w", "a"), 12, "first"));
    ASSERT_TRUE(store.get({"ns", "w"}));
    EXPECT_EQ(store.get({"ns", "w"})->uid, "second");
}

TEST_F(StoreTest, KeepsAWriteThatIsYoungerThanTheRelist) {
    list({}, 10);
    store.begin_list();
    store.observe_write(at_version(widget("young", "a"), 21));
    store.observe_write(at_version(widget("old", "b"), 19));
    store.end_list(20);
    EXPECT_TRUE(store.get({"ns", "young"}));
    EXPECT_FALSE(store.get({"ns", "old"})) << "the list would contain it if it still existed";
}

TEST_F(StoreTest, KeepsTheYoungerOfAWriteAndAPageOfTheRelist) {
    list({at_version(widget("w", "a", 1), 5)}, 10);
    store.begin_list();
    store.observe_write(at_version(widget("w", "a", 3), 21));
    store.add_page({at_version(widget("w", "a", 2), 15)});
    store.end_list(20);
    EXPECT_EQ(store.get({"ns", "w"})->fields.dump(), R"({"size":3})");
    store.upsert(at_version(widget("w", "a", 3), 21));
    list({}, 30);
    EXPECT_EQ(store.size(), 0U) << "once confirmed it is dropped like any other";
}

TEST_F(StoreTest, KeepsTheLaterOfTwoWritesObservedOutOfOrder) {
    list({}, 10);
    store.observe_write(at_version(widget("w", "a", 2), 12));
    store.observe_write(at_version(widget("w", "a", 1), 11));
    EXPECT_EQ(store.get({"ns", "w"})->fields.dump(), R"({"size":2})");
}

TEST_F(StoreTest, CanBeAskedFromWithinAReport) {
    Store* asked = nullptr;
    std::size_t seen = 0;
    Store own(test::project,
              [&](const ObjectKey& owner, const Change&) { seen = asked->owned_by(owner).size(); });
    asked = &own;
    own.upsert(at_version(widget("w", "a"), 1));
    EXPECT_EQ(seen, 1U);
}

TEST_F(StoreTest, TellsTheWishOfAPersonFromWhatProgramsChange) {
    store.upsert(at_version(wished(widget("w", "a"), "1"), 1));
    EXPECT_TRUE(is_wish()) << "it is new";
    store.upsert(at_version(wished(widget("w", "a", 2), "1"), 2));
    EXPECT_FALSE(is_wish());
    store.upsert(at_version(wished(widget("w", "a", 2), "2"), 3));
    EXPECT_TRUE(is_wish());
    store.upsert(at_version(wished(widget("w", "a", 2), "2"), 4, "uid-2"));
    EXPECT_TRUE(is_wish()) << "a namesake";
    store.erase(at_version(wished(widget("w", "a", 2), "2"), 5, "uid-2"));
    EXPECT_TRUE(is_wish());
    store.upsert(at_version(widget("owned", "a"), 6));
    EXPECT_FALSE(is_wish()) << "an object that is no wish";
}

TEST_F(StoreTest, RemembersAWriteWithoutTellingOfItNowOrLater) {
    store.upsert(at_version(wished(widget("w", "a"), "1"), 1));
    reported();
    store.remember_write(at_version(wished(widget("w", "a", 2), "1"), 2));
    EXPECT_EQ(store.get({"ns", "w"})->fields.dump(), R"({"size":2})");
    store.upsert(at_version(wished(widget("w", "a", 2), "1"), 2));
    EXPECT_THAT(reported(), IsEmpty());
    store.upsert(at_version(wished(widget("w", "a", 3), "1"), 3));
    EXPECT_THAT(reported(), ElementsAre("a")) << "somebody else wrote another";
    store.remember_write(at_version(wished(widget("w", "a", 4), "2"), 4));
    EXPECT_TRUE(is_wish()) << "it came with the answer";
}

TEST_F(StoreTest, TellsTheFieldsBeforeAndAfterEachChange) {
    std::vector<std::pair<std::string, std::string>> fields;
    store.on_fields([&](const kube::json& before, const kube::json& after) {
        fields.emplace_back(before.dump(), after.dump());
    });
    store.upsert(at_version(widget("w", "a"), 1));
    store.upsert(at_version(widget("w", "a"), 2));
    store.remember_write(at_version(widget("w", "a", 2), 3));
    list({}, 4);
    store.upsert(at_version(widget("v", "a", 3), 5));
    store.erase(at_version(widget("v", "a", 3), 6));
    store.upsert(at_version(widget("nobody's", ""), 7));
    using Fields = std::pair<std::string, std::string>;
    EXPECT_THAT(fields, ElementsAre(Fields("null", R"({"size":1})"), Fields(R"({"size":1})", R"({"size":2})"),
                                    Fields(R"({"size":2})", "null"), Fields("null", R"({"size":3})"),
                                    Fields(R"({"size":3})", "null")));
}

TEST(StoreThreads, ReadsAndWritesFromManyThreads) {
    Store store(test::project, [](const ObjectKey&, const Change&) {});
    constexpr int kRounds = 300;
    {
        std::vector<std::jthread> threads;
        threads.emplace_back([&] {
            for (int i = 0; i < kRounds; ++i) {
                store.begin_list();
                store.add_page({at_version(widget("w1", "a", i), 1000), at_version(widget("w2", "a"), 1001)});
                store.end_list(1001);
            }
        });
        threads.emplace_back([&] {
            for (std::uint64_t i = 0; i < kRounds; ++i) {
                store.observe_write(at_version(widget("w3", "b"), 2000 + i));
            }
        });
        threads.emplace_back([&] {
            for (int i = 0; i < kRounds; ++i) {
                EXPECT_LE(store.owned_by({"ns", "a"}).size(), 2U);
                EXPECT_LE(store.owners().size(), 2U);
            }
        });
    }
    EXPECT_EQ(store.size(), 3U);
}

}  // namespace
}  // namespace runtime
