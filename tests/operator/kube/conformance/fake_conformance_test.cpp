#include "tests/operator/kube/conformance/steps.h"
#include "tests/support/fake_cluster.h"

namespace kube::conformance {
namespace {

class Fake final : public Backend {
  public:
    Client& client() override { return cluster_; }
    bool eventually(const std::function<bool()>& condition) override {
        cluster_.collect_garbage();
        return condition();
    }
    std::string forgotten_version() override {
        cluster_.compact();
        return "1";
    }

  private:
    support::FakeCluster cluster_{support::FakeCluster::Options{.watches_wait = false}};
};

class FakeClusterConforms : public testing::TestWithParam<Step> {};

TEST_P(FakeClusterConforms, To) {
    Fake backend;
    GetParam().take(backend);
}

INSTANTIATE_TEST_SUITE_P(TheKubernetesApi, FakeClusterConforms, testing::ValuesIn(steps()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace kube::conformance
