// Each folder of tests/operator/golden holds an instance.json and the objects.json that it becomes.
// UPDATE_GOLDEN=1 writes the latter anew; the difference is then for the eyes.
#include "operator/crm/desired_state.h"
#include "operator/crm/kinds.h"
#include "operator/crm/names.h"
#include "tests/operator/crm/instances.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;

const std::string kGolden = SOURCE_DIR "/tests/operator/golden/";

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// What exists before: a server of another image, if the case has one.
Observed observed_before(const std::string& name, const std::string& running_image) {
    Observed observed;
    if (!running_image.empty()) {
        observed.objects.push_back({.kind = kDeployment,
                                    .key = {"tenants", server_name(name)},
                                    .uid = "1",
                                    .controller = "",
                                    .facts = json::object({{"image", running_image}})});
    }
    return observed;
}

struct Case {
    const char* name;
    const char* running_image = "";
};

class Builders : public testing::TestWithParam<Case> {};

TEST_P(Builders, MakeTheObjectsOfTheGoldenFile) {
    const std::string folder = kGolden + GetParam().name;
    const CrmInstance instance = decoded(json::parse(read_text(folder + "/instance.json")));
    const Observed observed = observed_before(instance.name(), GetParam().running_image);
    const auto zeros = [](std::span<unsigned char> bytes) {
        std::fill(bytes.begin(), bytes.end(), static_cast<unsigned char>(0));
    };
    const Generated generated = generate_missing(instance, observed, zeros);
    json objects = json::array();
    for (DesiredObject& object :
         desired_state(instance, context_of(instance, observed, generated, kSettings), generated)) {
        if (!object.generated.is_null()) {
            object.manifest["data"] = object.generated;
        }
        objects.push_back(std::move(object.manifest));
    }
    const std::string text = objects.dump(2) + "\n";
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::ofstream(folder + "/objects.json") << text;
    }
    EXPECT_EQ(text, read_text(folder + "/objects.json"));
}

INSTANTIATE_TEST_SUITE_P(Golden, Builders,
                         testing::Values(Case{"default"}, Case{"large-with-overrides"}, Case{"delete-policy"},
                                         Case{"private-image"},
                                         Case{"migration-gate", "crm-operator.dev/crm-server:0.0.9"}),
                         [](const auto& info) {
                             std::string name = info.param.name;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace crm
