#include "operator/crm/observed/refusal.h"

#include "operator/crm/api/reasons.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

TEST(RefusalOf, KnowsWhoRefusedByTheWordsOfTheApiServer) {
    const struct {
        const char* words;
        const char* reason;
        const char* by;
    } table[] = {
        {R"(Internal error occurred: failed calling webhook "pods.example.com": failed to call webhook: Post )"
         R"("https://127.0.0.1:1/?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused)",
         reason::kWebhookUnavailable, "pods.example.com"},
        {R"(admission webhook "deny.example.com" denied the request: not today (id 7f))",
         reason::kWebhookDenied, "deny.example.com"},
        {R"(admission webhook "deny.example.com" denied the request without explanation)",
         reason::kWebhookDenied, "deny.example.com"},
        {R"(admission webhook "a.b" denied the request: policy 'x' with binding 'y' denied request)",
         reason::kWebhookDenied, "a.b"},
        {R"(deployments.apps "acme-server" is forbidden: ValidatingAdmissionPolicy 'names' with binding )"
         R"('names-of-all' denied request: no)",
         reason::kPolicyDenied, "names"},
        {R"(services "acme" is forbidden: ValidatingAdmissionPolicy 'names' denied request: no)",
         reason::kPolicyDenied, "names"},
        {R"(deployments.apps "a" is forbidden: policy 'broken' with binding 'b' denied request: expression )"
         R"('1/0' resulted in error)",
         reason::kPolicyDenied, "broken"},
        {R"(policy "broken" denied request: no params found)", reason::kPolicyDenied, "broken"},
        {R"(pods "acme-server-7-x" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, )"
         R"(limited: pods=2)",
         reason::kQuotaExceeded, "team"},
        {R"(pods "x" is forbidden: failed quota: team: must specify limits.cpu)", reason::kQuotaExceeded,
         "team"},
        {R"(pods "x" is forbidden: insufficient quota to consume: pods)", reason::kQuotaExceeded, ""},
        {R"(pods "x" is forbidden: maximum memory usage per Container is 64Mi, but limit is 128Mi)",
         reason::kLimitRangeViolated, ""},
        {R"(pods "x" is forbidden: [minimum cpu usage per Pod is 1, but request is 50m])",
         reason::kLimitRangeViolated, ""},
        {R"(pods "x" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 10)",
         reason::kLimitRangeViolated, ""},
        {R"(pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true)",
         reason::kPodSecurityViolated, "restricted:latest"},
        {R"(secrets "x" is forbidden: unable to create new content in namespace t because it is being terminated)",
         reason::kNamespaceTerminating, ""},
        {R"(jobs.batch is forbidden: User "system:serviceaccount:crm-system:crm-operator" cannot create )"
         R"(resource "jobs" in API group "batch" in the namespace "t")",
         reason::kForbidden, "create"},
        {R"(services "x" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource )"
         R"(you can't set finalizers on)",
         reason::kForbidden, ""},
    };
    for (const auto& row : table) {
        const auto found = refusal_of(row.words);
        ASSERT_TRUE(found) << row.words;
        EXPECT_STREQ(found->reason, row.reason) << row.words;
        EXPECT_EQ(found->by, row.by) << row.words;
    }
}

TEST(ShortagesOf, AreWhatAnExceededQuotaHasTooLittleOf) {
    const auto found = shortages_of(
        "pods \"x\" is forbidden: exceeded quota: team, requested: pods=1,requests.memory=1Gi, "
        "used: pods=2,requests.memory=600Mi, limited: pods=2,requests.memory=1Gi");
    const std::vector<Shortage> expected{{"pods", "1", "2", "2"}, {"requests.memory", "1Gi", "600Mi", "1Gi"}};
    EXPECT_EQ(found, expected);
}

TEST(ShortagesOf, AreUnknownWhenNoQuotaWasExceeded) {
    for (const char* words :
         {"", "pods \"x\" is forbidden: failed quota: team: must specify limits.cpu",
          "pods \"x\" is forbidden: maximum memory usage per Container is 64Mi, but limit is 128Mi",
          "admission webhook \"a.b\" denied the request: exceeded quota: mine, requested: pods=1, used: "
          "pods=1, "
          "limited: pods=1"}) {
        EXPECT_TRUE(shortages_of(words).empty()) << words;
    }
}

TEST(RefusesDryRuns, IsAWebhookWithEffects) {
    EXPECT_TRUE(refuses_dry_runs("admission webhook \"a.b\" does not support dry run"));
    EXPECT_FALSE(refuses_dry_runs("admission webhook \"a.b\" denied the request: does not support dry runs"));
    EXPECT_FALSE(refuses_dry_runs(""));
}

TEST(RefusalOf, IsSilentAboutWhatNobodyNamed) {
    for (const char* words :
         {"", "etcdserver: request timed out", "spec.replicas: Invalid value: -1",
          "Operation cannot be fulfilled on resourcequotas \"team\": the object has been modified",
          "failed calling webhook", "admission webhook \"x\" was asked", "policy '"}) {
        EXPECT_FALSE(refusal_of(words)) << words;
    }
}

}  // namespace
}  // namespace crm
