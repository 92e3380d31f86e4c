// How often the reconciler runs and writes, whatever others do.
#include "operator/crm/api/names.h"
#include "operator/crm/api/reasons.h"
#include "operator/runtime/write_budget.h"
#include "tests/operator/crm/world.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using support::Call;
using support::Moment;
using testing::HasSubstr;

class ReconcilerPace : public WorldTest {
  protected:
    ReconcilerPace() {
        create();
        world.start_pods("acme");
        world.cluster.forget_calls();
    }

    /// Something that the operator watches becomes another.
    void stir() {
        world.cluster.edit(kStatefulSet, {"tenants", database_name("acme")}, [](json& object) {
            object["status"]["readyReplicas"] = 1 - object["status"].value("readyReplicas", 0);
        });
    }

    /// Another manager changes what the operator writes.
    void fight() {
        world.cluster.edit(kDeployment, {"tenants", server_name("acme")}, [](json& object) {
            object["spec"]["replicas"] = object["spec"]["replicas"].get<int>() + 1;
        });
    }

    /// Another manager changes what the operator puts right every time: what is kept must have no owner.
    void fight_for_what_is_kept() {
        const json owner = json::object(
            {{"apiVersion", "v1"}, {"kind", "Backup"}, {"name", "b"}, {"uid", "b"}, {"controller", true}});
        world.cluster.edit(kSecret, {"tenants", "acme-admin"}, [&](json& object) {
            object["metadata"]["ownerReferences"] = json::array({owner});
        });
    }

    std::size_t writes() const { return world.cluster.writes().size(); }

    std::size_t throttle_events() const {
        const auto events = world.cluster.all(kEvent);
        return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [](const json& event) {
            return event["reason"] == reason::kWritesThrottled;
        }));
    }
};

TEST_F(ReconcilerPace, IsNotWokenByTheStatusThatItWrote) {
    const int before = world.runs();
    world.cluster.edit(kDeployment, {"tenants", server_name("acme")},
                       [](json& object) { object["status"]["readyReplicas"] = 0; });
    world.settle();
    EXPECT_EQ(writes(), 1U) << "the status";
    EXPECT_EQ(world.runs(), before + 1);
}

TEST_F(ReconcilerPace, PutsAStatusRightThatSomebodyElseWrote) {
    const json status = world.get(kCrmInstance, "acme")["status"];
    world.cluster.edit(kCrmInstance, {"tenants", "acme"}, [](json& object) {
        object["status"]["conditions"][0]["message"] = "all is well, believe me";
    });
    world.settle();
    EXPECT_EQ(world.get(kCrmInstance, "acme")["status"], status);
}

TEST_F(ReconcilerPace, TriesWhatIsRefusedAtItsPaceWhateverElseChanges) {
    int refusals = 0;
    world.cluster.set_fault([&](const Call& call, Moment moment) -> std::optional<Error> {
        if (call.kind != kDeployment.kind || !call.writes() || moment != Moment::before) {
            return std::nullopt;
        }
        return Error{ErrorKind::invalid, "no, says request " + std::to_string(++refusals)};
    });
    fight();
    for (int i = 0; i < 100; ++i) {
        stir();
        world.settle();
    }
    EXPECT_EQ(refusals, 1);
    world.cluster.edit(kCrmInstance, {"tenants", "acme"},
                       [](json& object) { object["spec"]["replicas"] = 2; });
    world.settle();
    EXPECT_EQ(refusals, 2) << "a person has another wish";
}

TEST_F(ReconcilerPace, WritesLessOftenWhenSomebodyFightsAndSaysSoUntilItIsOver) {
    for (int i = 0; i < 250; ++i) {
        fight_for_what_is_kept();
        world.settle();
    }
    EXPECT_LE(writes(), runtime::WriteBudget::kSize.tokens);
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False WritesThrottled");
    EXPECT_THAT(world.status_of("acme").find(condition::kReady)->message, HasSubstr("40 times a minute"));
    EXPECT_EQ(throttle_events(), 1U);

    world.cluster.forget_calls();
    for (int minute = 0; minute < 3; ++minute) {
        for (int i = 0; i < 20; ++i) {
            fight_for_what_is_kept();
            world.settle_after(std::chrono::seconds(3));
        }
    }
    EXPECT_LE(writes(), 3U * runtime::WriteBudget::kWritesAMinute + runtime::WriteBudget::kReserve);
    EXPECT_EQ(throttle_events(), 1U) << "it is the same fight";

    for (int i = 0; i < 10; ++i) {
        world.settle_after(std::chrono::minutes(5));
    }
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

}  // namespace
}  // namespace crm
