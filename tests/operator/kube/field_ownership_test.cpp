// The samples are what an API server of Kubernetes 1.36 made of the manifests beside them, by server-side
// apply as crm-operator and then with kubectl.
#include "operator/kube/field_ownership.h"

#include "operator/kube/client.h"

#include <fstream>

#include <gtest/gtest.h>

namespace kube {
namespace {

json sample(const std::string& name) {
    std::ifstream file(std::string(SOURCE_DIR "/tests/operator/kube/samples/") + name + ".json");
    return json::parse(file);
}

json owned(const std::string& live) {
    return owned_fields(sample(live + ".live"), kFieldManager);
}
json wanted(const std::string& manifest) {
    return identity_removed(sample(manifest + ".manifest"));
}

/// An object with one manager's fields, given as FieldsV1.
json with_fields(json object, const char* fields, json others = json::array()) {
    json entries = json::array({json::object(
        {{"manager", "crm-operator"}, {"operation", "Apply"}, {"fieldsV1", json::parse(fields)}})});
    for (json& other : others) {
        entries.push_back(
            json::object({{"manager", "other"}, {"operation", "Update"}, {"fieldsV1", std::move(other)}}));
    }
    object["metadata"]["managedFields"] = std::move(entries);
    return object;
}

class Untouched : public testing::TestWithParam<const char*> {};

TEST_P(Untouched, ObjectsOwnExactlyWhatTheirManifestSays) {
    EXPECT_EQ(owned(GetParam()), wanted(GetParam())) << json::diff(wanted(GetParam()), owned(GetParam()));
    EXPECT_EQ(digest(owned(GetParam())), digest(wanted(GetParam())));
    EXPECT_EQ(content_digest(owned(GetParam())),
              content_digest(sample(std::string(GetParam()) + ".manifest")));
}

INSTANTIATE_TEST_SUITE_P(FieldOwnership, Untouched,
                         testing::Values("deployment", "stateful-set", "service", "headless-service",
                                         "secret", "service-account", "job"));

TEST(FieldOwnership, WhatOthersAddIsTheirs) {
    EXPECT_EQ(owned("deployment-foreign-additions"), wanted("deployment"));
}

TEST(FieldOwnership, AChangeThroughTheScaleSubresourceIsSeen) {
    json expected = wanted("deployment");
    expected["spec"].erase("replicas");
    EXPECT_EQ(owned("deployment-scaled"), expected);
    EXPECT_NE(digest(owned("deployment-scaled")), digest(wanted("deployment")));
}

TEST(FieldOwnership, AChangedAndARemovedFieldAreSeen) {
    json expected = wanted("deployment");
    expected["spec"].erase("replicas");
    expected["spec"]["template"]["metadata"].erase("annotations");
    expected["spec"]["template"]["spec"]["containers"][0].erase("image");
    EXPECT_EQ(owned("deployment-changed"), expected);
}

TEST(FieldOwnership, OnlyTheApplyToTheObjectItselfCounts) {
    const json object =
        json::parse(R"({"spec": {"a": 1, "b": 2, "c": 3}, "status": {"d": 4}, "metadata": {"managedFields": [
        {"manager": "crm-operator", "operation": "Apply", "subresource": "status", "fieldsV1": {"f:status": {"f:d": {}}}},
        {"manager": "crm-operator", "operation": "Update", "fieldsV1": {"f:spec": {"f:b": {}}}},
        {"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:spec": {"f:c": {}}}},
        {"manager": "crm-operator", "operation": "Apply", "fieldsV1": {"f:spec": {"f:a": {}}}}]}})");
    EXPECT_EQ(owned_fields(object, "crm-operator"), json::parse(R"({"spec": {"a": 1}})"));
    EXPECT_EQ(owned_fields(object, "kubectl"), json::parse(R"({"spec": {"c": 3}})"));
    EXPECT_EQ(owned_fields(object, "nobody"), json(nullptr));
}

TEST(FieldOwnership, KnowsWhoHasWrittenAnObject) {
    const json object = json::parse(R"({"metadata": {"managedFields": [
        {"manager": "crm-operator-create", "operation": "Update", "fieldsV1": {"f:data": {}}}]}})");
    EXPECT_TRUE(is_written_by(object, "crm-operator-create"));
    EXPECT_FALSE(is_written_by(object, "crm-operator"));
    EXPECT_FALSE(is_written_by(json::object(), "crm-operator"));
}

TEST(FieldOwnership, EachPathElementFindsItsValue) {
    const struct {
        const char* object;
        const char* fields;
        const char* owned;
    } rows[] = {
        // Names with dots, slashes and colons are one name.
        {R"({"a.b/c": 1, "f:x": 2, "y": 3})", R"({"f:a.b/c": {}, "f:f:x": {}})", R"({"a.b/c": 1, "f:x": 2})"},
        // List items by keys of any type, in the list's own order.
        {R"({"l": [{"p": 1, "q": "T", "v": 1}, {"p": 1, "q": "U", "v": 2}, {"p": 2, "q": "T", "v": 3}]})",
         R"({"f:l": {"k:{\"p\":2,\"q\":\"T\"}": {".": {}, "f:p": {}, "f:v": {}}, "k:{\"p\":1,\"q\":\"U\"}": {"f:v": {}}}})",
         R"({"l": [{"v": 2}, {"p": 2, "v": 3}]})"},
        // An item that is owned as a whole.
        {R"({"l": [{"k": "a", "v": {"w": [1]}}]})", R"({"f:l": {"k:{\"k\":\"a\"}": {}}})",
         R"({"l": [{"k": "a", "v": {"w": [1]}}]})"},
        // Values of sets, and indices.
        {R"({"s": ["a", "b", 3, true]})", R"({"f:s": {".": {}, "v:\"b\"": {}, "v:true": {}, "v:3": {}}})",
         R"({"s": ["b", 3, true]})"},
        {R"({"i": ["a", "b"]})", R"({"f:i": {"i:1": {}, "i:7": {}, "i:-1": {}}})", R"({"i": ["b"]})"},
        // Only existence is owned.
        {R"({"m": {"theirs": 1}})", R"({"f:m": {".": {}}})", R"({"m": {}})"},
        {R"({"m": {}, "l": [], "n": null})", R"({"f:m": {}, "f:l": {}, "f:n": {}})",
         R"({"m": {}, "l": [], "n": null})"},
        // What is no longer there.
        {R"({"l": [{"k": "b"}]})", R"({"f:gone": {}, "f:l": {"k:{\"k\":\"a\"}": {".": {}}}})",
         R"({"l": []})"},
        // What does not fit is no reason to fail.
        {R"({"l": [1, null], "s": "text"})",
         R"({"f:l": {"k:{": {}, "k:3": {}, "": {}, "x": {}}, "f:s": {"f:x": {}}, "x": {}})",
         R"({"l": [], "s": "text"})"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(owned_fields(with_fields(json::parse(row.object), row.fields), kFieldManager),
                  json::parse(row.owned))
            << row.object;
    }
}

TEST(FieldOwnership, TheContentOfAnEmptyObjectIsWhoeverFillsIt) {
    const json object = json::parse(R"({"emptyDir": {"sizeLimit": "1Gi"}, "list": [{"k": "a"}]})");
    const char* ours = R"({"f:emptyDir": {}, "f:list": {}})";
    EXPECT_EQ(owned_fields(with_fields(object, ours), kFieldManager), object.get<json>());  // atomic
    const json others = json::array({json::parse(R"({"f:emptyDir": {"f:sizeLimit": {}}})"),
                                     json::parse(R"({"f:list": {"k:{\"k\":\"a\"}": {".": {}}}})")});
    EXPECT_EQ(owned_fields(with_fields(object, ours, others), kFieldManager),
              json::parse(R"({"emptyDir": {}, "list": []})"));
}

TEST(FieldOwnership, AnObjectWithoutUsableManagedFieldsIsNotOwned) {
    for (const char* text :
         {"{}", "[]", R"({"metadata": 3})", R"({"metadata": {"managedFields": {}}})",
          R"({"metadata": {"managedFields": [1, null, {"manager": 3}, {"manager": "crm-operator",
                                 "operation": "Apply", "fieldsV1": 3}]}})"}) {
        EXPECT_EQ(owned_fields(json::parse(text), kFieldManager), json(nullptr)) << text;
    }
}

TEST(FieldOwnership, IdentityIsRemovedAndNothingElse) {
    EXPECT_EQ(identity_removed(json::parse(R"({"apiVersion": "v1", "kind": "Secret", "data": {"name": "x"},
                  "metadata": {"name": "a", "namespace": "b", "labels": {"l": "m"}}})")),
              json::parse(R"({"data": {"name": "x"}, "metadata": {"labels": {"l": "m"}}})"));
    EXPECT_EQ(identity_removed(json::parse(R"({"kind": "ServiceAccount", "metadata": {"name": "a"}})")),
              json::object());
}

TEST(Digest, EqualValuesHaveEqualDigests) {
    EXPECT_EQ(digest(json::parse(R"({"a": 1, "b": [true, null]})")),
              digest(json::parse(R"({"b": [true, null], "a": 1})")));
    EXPECT_EQ(digest(json(1)), digest(json(1U)));
    EXPECT_EQ(digest(json(1)), digest(json(1.0)));
    EXPECT_EQ(digest(json(-3)), digest(json(-3.0)));
}

TEST(Digest, DifferentValuesHaveDifferentDigests) {
    std::map<std::uint64_t, std::string> seen;
    for (const char* text : {"null",
                             "true",
                             "false",
                             "0",
                             "1",
                             "-1",
                             "1.5",
                             "\"\"",
                             "\"1\"",
                             "\"null\"",
                             "[]",
                             "{}",
                             "[[]]",
                             "[1]",
                             "[\"1\"]",
                             "[1,2]",
                             "[2,1]",
                             "[[1],2]",
                             "[[1,2]]",
                             "{\"a\":1}",
                             "{\"a\":\"1\"}",
                             "{\"b\":1}",
                             "{\"a\":{\"b\":1}}",
                             "{\"a\":1,\"b\":1}",
                             "[\"a\",\"b\"]",
                             "[\"ab\"]",
                             "[\"\",\"ab\"]",
                             "1e300",
                             "-1e300"}) {
        const auto [entry, is_new] = seen.emplace(digest(json::parse(text)), text);
        EXPECT_TRUE(is_new) << text << " and " << entry->second;
    }
}

TEST(Digest, IsTheSameInEveryProcess) {
    EXPECT_EQ(digest(json::parse(R"({"a": [1, "b", true, null, 1.5]})")), 15075730171309986209U);
}

}  // namespace
}  // namespace kube
