// Each folder of tests/operator/golden holds an instance.json and the objects.json that it becomes.
// UPDATE_GOLDEN=1 writes the latter anew; the difference is then for the eyes.
#include "operator/crm/api/secret_data.h"
#include "operator/crm/desired/desired_state.h"
#include "tests/operator/crm/instances.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;

const std::string kGolden = SOURCE_DIR "/tests/operator/golden/";

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

class Builders : public testing::TestWithParam<const char*> {};

TEST_P(Builders, MakeTheObjectsOfTheGoldenFile) {
    const std::string folder = kGolden + GetParam();
    const CrmInstance instance = decoded(json::parse(read_text(folder + "/instance.json")));
    const auto zeros = [](std::span<unsigned char> bytes) {
        std::fill(bytes.begin(), bytes.end(), static_cast<unsigned char>(0));
    };
    const Passwords generated = generate_missing(instance, {}, zeros);
    json objects = json::array();
    for (DesiredObject& object : desired_state(instance, {}, generated, kSettings)) {
        if (!object.password.empty()) {
            object.manifest["data"][kPasswordKey] = object.password;
        }
        objects.push_back(std::move(object.manifest));
    }
    const std::string text = objects.dump(2) + "\n";
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::ofstream(folder + "/objects.json") << text;
    }
    EXPECT_EQ(text, read_text(folder + "/objects.json"));
}

/// The values of `field` in the pod templates of all workloads.
std::vector<json> in_pods(const Settings& settings, const char* field) {
    const CrmInstance instance = decoded(instance_manifest());
    std::vector<json> result;
    for (const DesiredObject& object : desired_state(instance, {}, {}, settings)) {
        if (const json::json_pointer spec("/spec/template/spec"); object.manifest.contains(spec)) {
            result.push_back(object.manifest[spec].value(json::json_pointer(field), json()));
        }
    }
    return result;
}

TEST(PodsOfAPlatformThatAssignsUserIds, NameNoUserAndNoGroup) {
    Settings settings = kSettings;
    settings.platform_user_ids = true;
    for (const char* field :
         {"/securityContext/runAsUser", "/securityContext/runAsGroup", "/securityContext/fsGroup"}) {
        EXPECT_THAT(in_pods(settings, field), testing::ElementsAre(nullptr, nullptr, nullptr)) << field;
        EXPECT_THAT(in_pods(kSettings, field), testing::Each(testing::Ne(json()))) << field;
    }
    EXPECT_THAT(in_pods(settings, "/securityContext/runAsNonRoot"), testing::ElementsAre(true, true, true));
}

INSTANTIATE_TEST_SUITE_P(Golden, Builders,
                         testing::Values("default", "large-with-overrides", "delete-policy", "private-image",
                                         "migration-gate", "pods-of-ones-own"),
                         [](const auto& info) {
                             std::string name = info.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace crm
