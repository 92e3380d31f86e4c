// The reconciler when the cluster is not as it hopes: refusals, foreign objects, faults and crashes.
#include "operator/crm/api/labels.h"
#include "operator/crm/api/secret_data.h"
#include "operator/crm/desired/credentials.h"
#include "operator/crm/instance/contests.h"
#include "tests/operator/crm/world.h"

#include <exception>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using support::Call;
using support::Moment;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ReconcilerInTrouble : public WorldTest {};

TEST_F(ReconcilerInTrouble, TakesASecretThatItHasNotSeenYetForWhatItIs) {
    create();
    const json data = world.get(kSecret, "acme-database")["data"];
    // It appears between the look at the store and the create.
    World other;
    json secret = world.get(kSecret, "acme-database");
    bool placed = false;
    other.cluster.set_fault([&](const Call& call, Moment moment) -> std::optional<Error> {
        if (!placed && moment == Moment::before && call.kind == "Secret" && call.writes()) {
            placed = true;
            other.cluster.put(kSecret, secret, "crm-operator-create");
        }
        return std::nullopt;
    });
    secret["metadata"] = json::object({{"name", "acme-database"},
                                       {"namespace", "tenants"},
                                       {"labels", labels("acme", Component::database)}});
    other.create(instance_manifest());
    other.settle();
    other.settle_after(std::chrono::minutes(1));
    EXPECT_TRUE(placed);
    EXPECT_EQ(other.get(kSecret, "acme-database")["data"], data);
    EXPECT_THAT(other.objects(), SizeIs(kOwned));
    json rest = data;
    rest.erase("password");
    const std::string digest =
        credentials_digest(rest, password_digest(data["password"].get<std::string>(),
                                                 kube::uid_of(other.get(kSecret, "acme-database"))));
    const json pods = other.get(kStatefulSet, "acme-database")["spec"]["template"]["metadata"];
    EXPECT_EQ(pods["annotations"][std::string(kCredentialsDigest)], digest);
}

TEST_F(ReconcilerInTrouble, SaysWhoIsInTheWayOfAnObject) {
    json foreign = json::object({{"apiVersion", "apps/v1"},
                                 {"kind", "Deployment"},
                                 {"metadata", {{"name", "acme-server"}, {"namespace", "tenants"}}},
                                 {"spec", {{"replicas", 5}}}});
    world.cluster.put(kDeployment, foreign, "somebody");
    create();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False ObjectConflict");
    const Status conflicted = world.status_of("acme");
    EXPECT_THAT(conflicted.find(condition::kReady)->message, HasSubstr("Deployment acme-server"));
    EXPECT_THAT(conflicted.find(condition::kReady)->message, HasSubstr("somebody"));
    EXPECT_EQ(world.get(kDeployment, "acme-server")["spec"], foreign["spec"]);
    EXPECT_THAT(world.objects(), SizeIs(kOwned));  // the rest is done, and the foreign one is there

    world.cluster.erase(kDeployment, {"tenants", "acme-server"});
    world.settle_after(std::chrono::minutes(2));
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(ReconcilerInTrouble, DoesNotTakeOverAForeignServiceAccount) {
    const json foreign = json::object({{"apiVersion", "v1"},
                                       {"kind", "ServiceAccount"},
                                       {"metadata", {{"name", "acme-crm"}, {"namespace", "tenants"}}}});
    const json before = world.cluster.put(kServiceAccount, foreign, "somebody");
    create();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False ObjectConflict");
    EXPECT_EQ(world.get(kServiceAccount, "acme-crm"), before);
    EXPECT_THAT(world.cluster.all(kStatefulSet), IsEmpty());
}

TEST_F(ReconcilerInTrouble, DoesNotTakeOverAForeignSecret) {
    const json foreign = json::object({{"apiVersion", "v1"},
                                       {"kind", "Secret"},
                                       {"metadata", {{"name", "acme-database"}, {"namespace", "tenants"}}},
                                       {"data", {{"password", "eA=="}}}});
    world.cluster.put(kSecret, foreign, "somebody");
    create();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False ObjectConflict");
    EXPECT_EQ(world.get(kSecret, "acme-database")["data"], foreign["data"]);
    EXPECT_THAT(world.cluster.all(kStatefulSet), IsEmpty());
}

TEST_F(ReconcilerInTrouble, ShowsWhatTheApiServerRefusesAndTriesAgainWithinAMinute) {
    world.cluster.set_fault([](const Call& call, Moment moment) -> std::optional<Error> {
        if (moment == Moment::before && call.kind == "StatefulSet" && call.writes()) {
            return Error{ErrorKind::invalid, "spec.storageClassName: no such class"};
        }
        return std::nullopt;
    });
    create();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False ObjectRejected");
    EXPECT_THAT(world.status_of("acme").find(condition::kReady)->message, HasSubstr("no such class"));
    // As when an admission policy is corrected: no object changes.
    world.cluster.set_fault({});
    world.settle_after(std::chrono::minutes(1));
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

/// Every write of one kind is answered with these words, each time with others in the place of "{}".
support::FakeCluster::Fault refusing(const char* kind, ErrorKind error, std::string words) {
    return [=, count = 0](const Call& call, Moment moment) mutable -> std::optional<Error> {
        if (moment == Moment::before && call.kind == kind && call.writes()) {
            std::string said = words;
            if (const auto at = said.find("{}"); at != std::string::npos) {
                said.replace(at, 2, fmt::format("1f0c9a2e-1111-4222-8333-{:012x}", ++count));
            }
            return Error{error, said};
        }
        return std::nullopt;
    };
}

TEST_F(ReconcilerInTrouble, WritesTheOtherObjectsAndSaysSoWhenAWebhookIsDown) {
    world.cluster.set_fault(refusing("StatefulSet", ErrorKind::unavailable,
                                     R"(failed calling webhook "sets.example.com": refused)"));
    create();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False WebhookUnavailable");
    EXPECT_THAT(world.status_of("acme").find(condition::kReady)->message, HasSubstr("sets.example.com"));
    EXPECT_EQ(world.objects().size(), kOwned - 1);
    // And of a change, which an instance that serves does not get.
    world.cluster.set_fault({});
    world.settle_after(std::chrono::minutes(1));
    world.start_pods("acme");
    ASSERT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    world.cluster.set_fault(refusing("Deployment", ErrorKind::unavailable,
                                     R"(failed calling webhook "all.example.com": refused)"));
    world.create(new_spec({{"replicas", 2}}));
    world.settle();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False WebhookUnavailable");
}

TEST_F(ReconcilerInTrouble, TellsOfAWebhookThatDoesNotAnswerBeforeItTriesTheRest) {
    const auto refuse =
        refusing("Service", ErrorKind::unavailable,
                 R"(failed calling webhook "services.example.com": context deadline exceeded)");
    world.cluster.set_fault([&](const Call& call, Moment moment) -> std::optional<Error> {
        auto refused = refuse(call, moment);
        if (refused) {
            world.pass(std::chrono::seconds(10));
        }
        return refused;
    });
    create();
    const auto writes = world.cluster.writes();
    const auto position = [&](const kube::Kind& kind) {
        return std::ranges::find(writes, kind.kind, &Call::kind) - writes.begin();
    };
    EXPECT_LT(position(kCrmInstance), position(kDeployment));
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False WebhookUnavailable");
    EXPECT_TRUE(world.cluster.get(kDeployment, {"tenants", "acme-server"}));
}

TEST_F(ReconcilerInTrouble, TellsOnceOfATroubleThatDiffersInNoiseAlone) {
    world.cluster.set_fault(refusing("Service", ErrorKind::invalid,
                                     R"(admission webhook "s.example.com" denied the request: no ({}))"));
    create();
    ASSERT_EQ(world.condition_of("acme", condition::kReady), "False WebhookDenied");
    const auto events = world.cluster.all(kEvent).size();
    world.cluster.forget_calls();
    for (int i = 0; i < 10; ++i) {
        ASSERT_FALSE(world.reconcile("acme"));
    }
    EXPECT_EQ(world.cluster.all(kEvent).size(), events);
    for (const Call& call : world.cluster.writes()) {
        EXPECT_EQ(call.kind, "Service");
    }
}

TEST_F(ReconcilerInTrouble, MakesAnInstanceThatIsDeletedAndAppliedManyTimesAtOnceEachTime) {
    create();
    for (unsigned i = 0; i <= Contests::kAtOnce; ++i) {
        world.cluster.erase(kCrmInstance, {"tenants", "acme"});
        create();
        world.cluster.collect_garbage();  // when the next one is there already
        world.settle();
        world.start_pods("acme");
        ASSERT_EQ(world.condition_of("acme", condition::kReady), "True Serving") << i;
    }
}

TEST_F(ReconcilerInTrouble, WritesTheStatusWhateverTheWordsOfOthersAreMadeOf) {
    for (std::size_t before = 0; before < 4; ++before) {
        std::string words(before, 'x');
        for (int i = 0; i < 500; ++i) {
            words += "\xE5\x90\x8D";
        }
        World other;
        other.cluster.set_fault(refusing("Deployment", ErrorKind::invalid,
                                         "ValidatingAdmissionPolicy 'p' denied request: " + words));
        other.create(instance_manifest());
        other.settle();
        EXPECT_EQ(other.condition_of("acme", condition::kReady), "False PolicyDenied");
        EXPECT_THAT(other.cluster.all(kEvent), testing::Not(IsEmpty()));
    }
}

TEST_F(ReconcilerInTrouble, TellsAnEventAfterTheStatus) {
    create();
    std::vector<std::string> order;
    for (const Call& call : world.cluster.writes()) {
        if (call.kind == "Event" || call.kind == "CrmInstance") {
            order.push_back(call.kind);
        }
    }
    ASSERT_THAT(order, testing::Not(IsEmpty()));
    EXPECT_EQ(order.front(), "CrmInstance");
}

TEST_F(ReconcilerInTrouble, FailsNoReconcileForAnEvent) {
    world.cluster.set_fault([](const Call& call, Moment) -> std::optional<Error> {
        return call.kind == "Event" && call.writes() ? std::optional(Error{ErrorKind::forbidden, "no"})
                                                     : std::nullopt;
    });
    create();
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    EXPECT_THAT(world.cluster.all(kEvent), IsEmpty());
}

/// Two worlds have other passwords, and so other digests of them.
json without_credentials(json objects) {
    for (json& object : objects) {
        object.erase("data");
        object["metadata"].erase("annotations");  // digests of the rest
        const json::json_pointer annotations("/spec/template/metadata/annotations");
        if (object.contains(annotations)) {
            object[annotations] = nullptr;
        }
    }
    return objects;
}

/// What a world that was left alone came to.
json undisturbed() {
    World world;
    world.create(instance_manifest());
    world.settle();
    world.start_pods("acme");
    return without_credentials(world.objects());
}

class Crash : public std::exception {};

TEST_F(ReconcilerInTrouble, ComesToTheSameWorldWhenItCrashesAtAnyWrite) {
    const json expected = undisturbed();
    for (int nth = 0; nth < 16; ++nth) {
        for (const Moment at : {Moment::before, Moment::after}) {
            World world;
            int writes = 0;
            bool crashed = false;
            // A worker catches what a reconcile throws; nothing that comes after it may reach the cluster.
            world.cluster.set_fault([&](const Call& call, Moment moment) -> std::optional<Error> {
                if (crashed || (call.writes() && moment == at && writes++ == nth)) {
                    crashed = true;
                    throw Crash();
                }
                return std::nullopt;
            });
            world.create(instance_manifest());
            try {
                world.settle();
                if (!crashed) {
                    world.start_pods("acme");
                }
            } catch (const std::exception&) {
                ASSERT_TRUE(crashed);
            }
            world.cluster.set_fault({});
            world.restart();
            world.settle();
            world.start_pods("acme");
            EXPECT_EQ(without_credentials(world.objects()), expected)
                << "write " << nth << (at == Moment::before ? " before" : " after");
            EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
        }
    }
}

TEST_F(ReconcilerInTrouble, GoesOnAfterEveryKindOfTrouble) {
    for (const ErrorKind kind : {ErrorKind::unavailable, ErrorKind::timeout, ErrorKind::throttled,
                                 ErrorKind::internal, ErrorKind::conflict, ErrorKind::forbidden}) {
        World troubled;
        int writes = 0;
        troubled.cluster.set_fault([&](const Call& call, Moment moment) -> std::optional<Error> {
            if (moment == Moment::before && call.writes() && writes++ % 3 == 1) {
                return Error{kind, "trouble"};
            }
            return std::nullopt;
        });
        troubled.create(instance_manifest());
        for (int i = 0; i < 20; ++i) {
            troubled.settle_after(std::chrono::minutes(5));
        }
        troubled.cluster.set_fault({});
        troubled.settle_after(std::chrono::minutes(5));
        troubled.start_pods("acme");
        EXPECT_EQ(troubled.objects().size(), kOwned + 1) << name_of(kind);  // and the claim
        EXPECT_EQ(troubled.condition_of("acme", condition::kReady), "True Serving") << name_of(kind);
    }
}

}  // namespace
}  // namespace crm
