#include "operator/crm/api/crm_instance.h"

#include "tests/operator/crm/instances.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using testing::HasSubstr;

json spec(const char* text) {
    return json::parse(text);
}

TEST(DecodeSpec, FillsInWhatTheUserLeftOut) {
    const auto decoded = decode_spec(instance_manifest());
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*decoded, (Spec{.admin_email = "admin@acme.example"}));
}

TEST(DecodeSpec, ReadsEveryField) {
    const auto decoded = decode_spec(instance_manifest("acme", "tenants", spec(R"({
        "version": "1.2.3-rc.1", "size": "large", "replicas": 3, "deletionPolicy": "Delete",
        "resources": {"server": {"requests": {"cpu": "0.5", "memory": "1024Mi"}, "limits": {"cpu": 2, "memory": "2Gi"}},
                      "database": {"limits": {"memory": "32Gi"}}},
        "database": {"storage": {"size": "2048Mi", "className": "fast"}},
        "imagePullSecrets": [{"name": "registry"}, {"name": "mirror.example"}], "serviceAccountName": "crm",
        "podMetadata": {"labels": {"app.kubernetes.io/part-of": "sales", "team": ""},
                        "annotations": {"sidecar.istio.io/inject": "false"}},
        "admin": {"email": "root@example.org"}})")));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*decoded, (Spec{.version = "1.2.3-rc.1",
                              .size = Size::large,
                              .server_resources = {.requests = {"500m", "1Gi"}, .limits = {"2", "2Gi"}},
                              .database_resources = {.requests = {}, .limits = {{}, "32Gi"}},
                              .replicas = 3,
                              .storage_size = "2Gi",
                              .storage_class = "fast",
                              .deletion_policy = DeletionPolicy::remove,
                              .image_pull_secrets = {"registry", "mirror.example"},
                              .service_account = "crm",
                              .pod_labels = {{"app.kubernetes.io/part-of", "sales"}, {"team", ""}},
                              .pod_annotations = {{"sidecar.istio.io/inject", "false"}},
                              .admin_email = "root@example.org"}));
}

TEST(DecodeSpec, NamesTheFieldAndTheRuleThatItBreaks) {
    const struct {
        const char* spec;
        const char* error;
    } table[] = {
        {R"({"version": "one"})", "spec.version: must be a semantic version such as 1.2.3"},
        {R"({"version": 1})", "spec.version: must be a semantic version"},
        {R"({"image": "bad image"})", "spec.image: must be an image reference"},
        {R"({"version": "1.2.3", "image": "x/y:1"})", "spec.image: must not be set together with version"},
        {R"({"size": "huge"})", "spec.size: must be small, medium or large"},
        {R"({"replicas": 51})", "spec.replicas: must be an integer from 0 to 50"},
        {R"({"replicas": -1})", "spec.replicas: must be an integer from 0 to 50"},
        {R"({"replicas": "2"})", "spec.replicas: must be an integer from 0 to 50"},
        {R"({"imagePullSecrets": "registry"})", "spec.imagePullSecrets: must be a list of at most 16"},
        {R"({"imagePullSecrets": ["registry"]})", "spec.imagePullSecrets[0]: must be an object"},
        {R"({"imagePullSecrets": [{"name": "a"}, {}]})", "spec.imagePullSecrets[1].name: is required"},
        {R"({"imagePullSecrets": [{"name": "A"}]})",
         "spec.imagePullSecrets[0].name: must be the name of a Secret"},
        {R"({"serviceAccountName": "A"})", "spec.serviceAccountName: must be the name of a ServiceAccount"},
        {R"({"podMetadata": {"labels": []}})", "spec.podMetadata.labels: must be a map of at most 32"},
        {R"({"podMetadata": {"labels": {"team": 1}}})", "spec.podMetadata.labels[team]: must be a string"},
        {R"({"podMetadata": {"labels": {"team": "a b"}}})",
         "spec.podMetadata.labels[team]: must be at most 63 letters"},
        {R"({"podMetadata": {"labels": {"a b": "c"}}})",
         "spec.podMetadata.labels[a b]: must be a key such as"},
        {R"({"podMetadata": {"labels": {"crm-operator.dev/instance": "other"}}})",
         "spec.podMetadata.labels[crm-operator.dev/instance]: is the operator's own"},
        {R"({"podMetadata": {"annotations": {"app.kubernetes.io/managed-by": "me"}}})",
         "spec.podMetadata.annotations[app.kubernetes.io/managed-by]: is the operator's own"},
        {R"({"resources": {"server": {"limits": {"memory": "1Mi"}}}})",
         "spec.resources.server.limits.memory: must be a quantity of at least 16Mi"},
        {R"({"resources": {"database": {"requests": {"cpu": "a lot"}}}})",
         "spec.resources.database.requests.cpu: must be a quantity"},
        {R"({"resources": {"server": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}}})",
         "spec.resources.server.requests.cpu: 2 is greater than limits.cpu, which is 1"},
        {R"({"resources": []})", "spec.resources: must be an object"},
        {R"({"database": {"storage": {"size": "1Mi"}}})",
         "spec.database.storage.size: must be a quantity of at least 512Mi"},
        {R"({"database": {"storage": {"className": ""}}})",
         "spec.database.storage.className: must be the name of a StorageClass"},
        {R"({"deletionPolicy": "Keep"})", "spec.deletionPolicy: must be Retain or Delete"},
        {R"({"admin": {}})", "spec.admin.email: is required"},
        {R"({"admin": {"email": "nobody"}})", "spec.admin.email: must be an address"},
    };
    for (const auto& row : table) {
        const auto decoded = decode_spec(instance_manifest("acme", "tenants", spec(row.spec)));
        ASSERT_FALSE(decoded) << row.spec;
        EXPECT_EQ(decoded.error().kind, ErrorKind::invalid);
        EXPECT_THAT(decoded.error().message, HasSubstr(row.error));
    }
}

TEST(DecodeSpec, NamesEveryBrokenRuleAtOnce) {
    const auto decoded =
        decode_spec(instance_manifest("acme", "tenants", spec(R"({"size": "huge", "replicas": 99})")));
    ASSERT_FALSE(decoded);
    EXPECT_THAT(decoded.error().message, HasSubstr("spec.size: "));
    EXPECT_THAT(decoded.error().message, HasSubstr("; spec.replicas: "));
}

TEST(DecodeSpec, LetsTheValueOfTheSizeMakeWayForTheOneThatIsGiven) {
    const auto decoded = decode_spec(instance_manifest("acme", "tenants", spec(R"({"resources": {
        "server": {"requests": {"memory": "1Gi"}, "limits": {"cpu": "10m"}}}})")));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->server_resources, (Resources{.requests = {"10m", "1Gi"}, .limits = {"10m", "1Gi"}}));
}

TEST(DecodeSpec, RefusesANameFromWhichNoNamesCanBeMade) {
    for (const char* name : {"Acme", "1acme", "acme-", "a.b", ""}) {
        const auto decoded = decode_spec(instance_manifest(name));
        ASSERT_FALSE(decoded) << name;
        EXPECT_THAT(decoded.error().message, HasSubstr("metadata.name: must consist of"));
    }
    const auto decoded = decode_spec(instance_manifest(std::string(41, 'a')));
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().message, "metadata.name: must be at most 40 characters");
}

TEST(Projection, KeepsWhatTheDecodersReadAndNothingElse) {
    json object = instance_manifest();
    object["metadata"]["uid"] = "1234";
    object["metadata"]["generation"] = 7;
    object["metadata"]["annotations"] = json::object({{"large", "text"}});
    object["status"] = json::object({{"replicas", 1}});

    const json kept = projection(object);

    EXPECT_EQ(decode_identity(kept), decode_identity(object));
    EXPECT_EQ(decode_spec(kept).value(), decode_spec(object).value());
    EXPECT_EQ(decode_status(kept), decode_status(object));
    EXPECT_FALSE(kept["metadata"].contains("annotations"));
}

TEST(Status, IsReadBackAsItWasWritten) {
    const Status status{
        .observed_generation = 3,
        .conditions = {{"Ready", Truth::yes, "Serving", "It serves", 3, "2030-01-01T00:00:00Z"}},
        .running_version = "0.1.0",
        .target_version = "0.2.0",
        .replicas = 2,
        .ready_replicas = 1,
        .selector = "a=b",
        .api_endpoint = "http://acme",
        .admin_secret = "acme-admin"};
    EXPECT_EQ(decode_status(json::object({{"status", encode(status)}})), status);
}

TEST(Status, ToleratesWhatSomebodyElseWrote) {
    EXPECT_EQ(decode_status(spec(R"({"status": {"replicas": "two", "conditions": 5, "version": []}})")),
              Status{});
}

}  // namespace
}  // namespace crm
