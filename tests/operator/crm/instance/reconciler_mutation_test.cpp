// Whatever is done to an owned object is put right, or told of. What is done follows from the manifests.
#include "operator/crm/desired/desired_state.h"
#include "operator/crm/report/causes.h"
#include "tests/operator/crm/mutations.h"
#include "tests/operator/crm/world.h"
#include "tests/support/api_validation.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;

/// Items that are told apart by keys may stand in another order afterwards.
json in_one_order(json value) {
    if (value.is_structured()) {
        for (json& member : value) {
            member = in_one_order(std::move(member));
        }
    }
    if (value.is_array() && std::ranges::all_of(value, [](const json& item) { return item.is_object(); })) {
        std::sort(value.begin(), value.end());
    }
    return value;
}

bool is_told(const World& world) {
    const Status status = world.status_of("acme");
    return find_cause(status.find(condition::kReady)->reason) != nullptr;
}

class Mutations : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override { start(); }

    void start() {
        world = std::make_unique<World>();
        world->cluster.set_validation(support::invalid_write);
        world->create(instance_manifest("acme", "tenants", json::parse(GetParam())));
        world->settle();
        world->start_pods("acme");
        // What is not put right at once any more is another test.
        world->settle_after(std::chrono::minutes(30));
        ASSERT_EQ(world->condition_of("acme", condition::kReady), "True Serving");
        right = world->objects();
    }

    std::vector<DesiredObject> wanted() const {
        CrmInstance instance = decoded(world->get(kCrmInstance, "acme"));
        auto objects = desired_state(instance, {}, {}, kSettings);
        // What a Job did is done: it stays for people to look at.
        std::erase_if(objects,
                      [](const DesiredObject& object) { return object.write == Write::create_once; });
        return objects;
    }

    /// Whether the API server takes the change.
    bool mutate(const DesiredObject& object, const Mutation& mutation) {
        return world->cluster
            .try_edit(object.kind, kube::key_of(object.manifest), mutation.change, "kubectl-edit")
            .has_value();
    }

    /// Everything that acts on it has acted.
    void settle() {
        world->settle();
        world->cluster.collect_garbage();
        world->settle_after(std::chrono::minutes(30));
        world->start_pods("acme");
    }

    /// A password that was taken away comes back as another one, and with it other pods.
    bool has_new_passwords() const {
        return std::ranges::any_of(right, [&](const json& object) {
            return object["kind"] == kSecret.kind &&
                   world->get(kSecret, object["metadata"]["name"])["data"]["password"] !=
                       object["data"]["password"];
        });
    }

    std::unique_ptr<World> world;
    json right;
};

TEST_P(Mutations, ArePutRightOrToldOf) {
    std::size_t taken = 0;
    for (const DesiredObject& object : wanted()) {
        for (const Mutation& mutation : mutations_of(object.manifest)) {
            SCOPED_TRACE(std::string(object.kind.kind) + " " + kube::key_of(object.manifest).name +
                         ": somebody " + mutation.name);
            world->cluster.forget_calls();
            if (!mutate(object, mutation)) {
                continue;
            }
            ++taken;
            settle();
            // Another password is told to both workloads and rolls them.
            EXPECT_LE(world->cluster.writes().size(), has_new_passwords() ? 15U : 10U);
            if (!is_told(*world) && !has_new_passwords()) {
                const json now = in_one_order(world->objects());
                const json before = in_one_order(right);
                EXPECT_EQ(now, before) << json::diff(before, now).dump();
            }
            // Also in the same order, by which the next changes go.
            if (world->objects() != right) {
                start();
            }
        }
    }
    EXPECT_GT(taken, 300U);
}

INSTANTIATE_TEST_SUITE_P(
    Specs, Mutations,
    testing::Values(R"({})", R"({"deletionPolicy": "Delete"})",
                    R"({"size": "large", "replicas": 3, "image": "example.com/crm:1"})"));

}  // namespace
}  // namespace crm
