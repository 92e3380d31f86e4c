// Create, read, list, change and delete by HTTP, the same for every entity.
#include "tests/crm-server/api/server_fixture.h"

#include <set>

#include <gmock/gmock.h>

namespace {

using nlohmann::json;
using support::HttpReply;

struct Sample {
    const char* plural;
    const char* body;   // of a new record
    const char* field;  // a text that `body` sets
};

class RecordsTest : public ServerTest, public testing::WithParamInterface<Sample> {
  protected:
    json sample() const { return json::parse(GetParam().body); }
    std::string path() const { return std::string("/api/v1/") + GetParam().plural; }
    std::string create_sample() const { return create(GetParam().plural, sample()); }
};

TEST_P(RecordsTest, AreCreatedAndSayWhereTheyAre) {
    const json sent = sample();
    const HttpReply reply = call("POST", path(), sent);
    ASSERT_EQ(reply.status, 201) << reply.body;
    const json record = json_of(reply);
    EXPECT_EQ(reply.header("Location"), path() + "/" + record.at("id").get<std::string>());
    EXPECT_EQ(reply.header("ETag"), "\"1\"");
    EXPECT_EQ(reply.header("Content-Type"), "application/json");
    EXPECT_EQ(reply.header("Cache-Control"), "no-store");
    EXPECT_EQ(reply.header("X-Content-Type-Options"), "nosniff");
    for (const auto& [name, value] : sent.items()) EXPECT_EQ(record.at(name), value) << name;
}

TEST_P(RecordsTest, AreReadAsTheyWereCreated) {
    const HttpReply created = call("POST", path(), sample());
    const HttpReply read = call("GET", created.header("Location"));
    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(read.body, created.body);
    EXPECT_EQ(read.header("ETag"), "\"1\"");
}

TEST_P(RecordsTest, AreDescribedToHeadWithoutABody) {
    const HttpReply reply = call("HEAD", create_sample());
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("ETag"), "\"1\"");
    EXPECT_EQ(reply.body, "");
}

TEST_P(RecordsTest, AreNotSentAgainToWhoeverHasThemAlready) {
    const std::string record = create_sample();
    const HttpReply same = call("GET", record, nullptr, {{"If-None-Match", "\"9\", W/\"1\""}});
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(same.header("ETag"), "\"1\"");
    EXPECT_EQ(call("GET", record, nullptr, {{"If-None-Match", "\"2\""}}).status, 200);
    EXPECT_EQ(call("GET", record, nullptr, {{"If-Match", "\"2\""}}).status, 412);
}

TEST_P(RecordsTest, ChangeOnlyInTheFieldsOfAPatch) {
    const std::string record = create_sample();
    json expected = json_of(call("GET", record));
    const HttpReply reply = call_raw("PATCH", record, json{{GetParam().field, "Changed"}}.dump(),
                                     {{"Content-Type", "application/merge-patch+json"}});
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.header("ETag"), "\"2\"");
    json changed = json_of(reply);
    EXPECT_EQ(json_of(call("GET", record)), changed);
    expected[GetParam().field] = "Changed";
    for (const char* given : {"updatedAt", "version"}) {
        expected.erase(given);
        changed.erase(given);
    }
    EXPECT_EQ(changed, expected);
}

TEST_P(RecordsTest, ChangeOnlyAtTheVersionThatIfMatchNames) {
    const std::string record = create_sample();
    const json patch{{GetParam().field, "Changed"}};
    EXPECT_EQ(call("PATCH", record, patch, {{"If-Match", "\"2\""}}).status, 412);
    EXPECT_EQ(call("PATCH", record, patch, {{"If-Match", "W/\"1\""}}).status, 412);
    EXPECT_EQ(call("PATCH", record, patch, {{"If-Match", "\"x\""}}).status, 412);
    EXPECT_EQ(call("PATCH", record, patch, {{"If-None-Match", "*"}}).status, 412);
    EXPECT_EQ(call("PATCH", record, patch, {{"If-Match", "1"}}).status, 400);
    EXPECT_EQ(json_of(call("GET", record)).at("version"), 1);

    EXPECT_EQ(call("PATCH", record, patch, {{"If-Match", "\"1\""}}).status, 200);
    EXPECT_EQ(call("PATCH", record, {{GetParam().field, "Again"}}, {{"If-Match", "\"7\", \"2\""}}).status,
              200);
    EXPECT_EQ(call("PATCH", record, {{GetParam().field, "More"}}, {{"If-Match", "*"}}).status, 200);
    EXPECT_EQ(json_of(call("GET", record)).at("version"), 4);
}

TEST_P(RecordsTest, AreGoneOnceDeleted) {
    const std::string record = create_sample();
    EXPECT_EQ(call("DELETE", record, nullptr, {{"If-Match", "\"2\""}}).status, 412);
    const HttpReply deleted = call("DELETE", record, nullptr, {{"If-Match", "\"1\""}});
    EXPECT_EQ(deleted.status, 204);
    EXPECT_EQ(deleted.body, "");
    for (const char* method : {"GET", "DELETE"}) EXPECT_EQ(call(method, record).status, 404) << method;
    EXPECT_EQ(call("PATCH", record, json::object()).status, 404);
    EXPECT_EQ(call("DELETE", record, nullptr, {{"If-Match", "*"}}).status, 404);
}

TEST_P(RecordsTest, AreListedPageByPageEachExactlyOnce) {
    std::set<std::string> created;
    for (int i = 0; i < 25; ++i) created.insert(create_sample());
    for (const std::string sort : {"", "createdAt", "-updatedAt"}) {
        std::set<std::string> listed;
        json cursor = "";
        int pages = 0;
        while (!cursor.is_null() && pages < 10) {
            const HttpReply reply = call("GET", path() + "?limit=10&cursor=" + cursor.get<std::string>() +
                                                    (sort.empty() ? "" : "&sort=" + sort));
            ASSERT_EQ(reply.status, 200) << reply.body;
            const json page = json_of(reply);
            for (const json& record : page.at("data")) {
                EXPECT_TRUE(listed.insert(path() + "/" + record.at("id").get<std::string>()).second);
            }
            cursor = page.at("nextCursor");
            ++pages;
        }
        EXPECT_EQ(pages, 3) << sort;
        EXPECT_EQ(listed, created) << sort;
    }
}

TEST_P(RecordsTest, AreListedAsAnEmptyPageWhenThereAreNone) {
    EXPECT_EQ(json_of(call("GET", path())), (json{{"data", json::array({})}, {"nextCursor", nullptr}}));
}

INSTANTIATE_TEST_SUITE_P(
    Every, RecordsTest,
    testing::Values(Sample{"contacts",
                           R"({"firstName": "Zoë", "lastName": "O'Neil \"Z\"", "email": "zoe@crm.example",
                               "status": "active", "doNotContact": true, "custom": {"tier": ["a", 1, null]}})",
                           "lastName"},
                    Sample{"companies", R"({"name": "Acme", "domain": "acme.example", "employees": 7})",
                           "name"}),
    [](const auto& info) { return std::string(info.param.plural); });

}  // namespace
