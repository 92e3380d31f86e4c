// The same steps against the API server that KUBECONFIG names. It has the custom resource, and garbage
// collection.
#include "operator/kube/config.h"
#include "operator/kube/cpprest_client.h"
#include "tests/operator/kube/conformance/steps.h"
#include "tests/support/eventually.h"

#include <memory>

namespace kube::conformance {
namespace {

class Cluster final : public Backend {
  public:
    explicit Cluster(Client& client) : client_(client) {}

    Client& client() override { return client_; }
    bool eventually(const std::function<bool()>& condition) override {
        return support::eventually(condition);
    }
    /// Long compacted, and in no watch cache.
    std::string forgotten_version() override { return "1"; }

  private:
    Client& client_;
};

class ApiServer : public testing::TestWithParam<Step> {
  protected:
    static void SetUpTestSuite() {
        const auto config = find_config(std::nullopt, process_environment());
        ASSERT_TRUE(config) << config.error().message;
        auto connected = connect(*config);
        ASSERT_TRUE(connected) << connected.error().message;
        client = *std::move(connected);
    }
    static void TearDownTestSuite() { client.reset(); }

    static inline std::unique_ptr<Client> client;
};

TEST_P(ApiServer, Conforms) {
    Cluster backend(*client);
    GetParam().take(backend);
}

INSTANTIATE_TEST_SUITE_P(TheKubernetesApi, ApiServer, testing::ValuesIn(steps()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace kube::conformance
