#include "crm-server/record/repository.h"

#include "tests/crm-server/database_fixture.h"

#include <nlohmann/json.hpp>

namespace record {
namespace {

using nlohmann::json;

constexpr auto kUnknownId = "0190aaaa-0000-7000-8000-000000000000";

class RepositoryTest : public DatabaseTest {
  protected:
    Record create(Repository& repository, const std::string& body) {
        auto created = run(repository.create("user:test", changes(repository.entity(), body)));
        EXPECT_TRUE(created) << created.error().error.message;
        return created ? *created : Record{};
    }

    WriteResult<Record> patch(Repository& repository, const std::string& id, const std::string& body,
                              std::optional<std::int64_t> expected = std::nullopt) {
        auto valid = validate_patch(repository.entity(), nlohmann::json::parse(body));
        EXPECT_TRUE(valid);
        return run(repository.update("user:test", id, *valid, expected));
    }

    std::string audit_of(const std::string& id) {
        return value_of(
            "select string_agg(actor || ' ' || action || ' ' || entity || ' ' || diff, e'\n' order by at, "
            "id) "
            "from audit where entity_id = $1",
            {id});
    }

    Repository contacts_{*database_, entity("contacts"), entities_};
    Repository companies_{*database_, entity("companies"), entities_};
};

TEST_F(RepositoryTest, GivesBackWhatItWasGiven) {
    const Record company = create(companies_, R"({"name": "Acme"})");
    const json body = json::parse(R"({
        "firstName": "Zoë \"Z\" \\", "lastName": "O'Hara", "email": "zoe@example.com", "phone": "+1 2",
        "jobTitle": null, "status": "customer", "birthday": "1990-02-28", "doNotContact": true,
        "lastContactedAt": "2024-02-29T12:30:00.250Z", "notes": "a\nb", "custom": {"tags": ["a \u0001", 1, null, {"x": 1.5}]}
    })");
    json sent = body;
    sent["companyId"] = company.id;
    const Record contact = create(contacts_, sent.dump());
    const json stored = json::parse(run(contacts_.get(contact.id))->json);
    EXPECT_EQ(stored, json::parse(contact.json)) << "create replies with the record";
    sent["lastContactedAt"] = "2024-02-29T12:30:00.25Z";
    for (const auto& member : sent.items())
        EXPECT_EQ(stored.at(member.key()), member.value()) << member.key();
    EXPECT_EQ(stored.at("id"), contact.id);
    EXPECT_EQ(stored.at("version"), 1);
    EXPECT_EQ(contact.version, 1);
    EXPECT_TRUE(stored.at("city").is_null());
    EXPECT_EQ(stored.size(), entity("contacts").fields.size());
    EXPECT_TRUE(stored.at("createdAt").get<std::string>().ends_with("Z"));
    EXPECT_EQ(stored.at("createdAt"), stored.at("updatedAt"));
}

TEST_F(RepositoryTest, FindsNothingUnderAnUnknownIdOrATextThatIsNone) {
    EXPECT_EQ(run(contacts_.get(kUnknownId)).error().kind, ErrorKind::not_found);
    EXPECT_EQ(run(contacts_.get("1 or 1=1")).error().kind, ErrorKind::not_found);
    EXPECT_EQ(patch(contacts_, kUnknownId, "{}").error().error.kind, ErrorKind::not_found);
    EXPECT_EQ(run(contacts_.remove("user:test", kUnknownId, std::nullopt)).error().error.kind,
              ErrorKind::not_found);
}

TEST_F(RepositoryTest, RefusesAReferenceToNothingAndSaysWhichFieldItIs) {
    const auto created = run(contacts_.create(
        "user:test", changes(entity("contacts"), json::object({{"companyId", kUnknownId}}).dump())));
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().error.kind, ErrorKind::invalid);
    EXPECT_EQ(created.error().violations,
              (Violations{{"/companyId", "is not the id of one of the companies"}}));
    EXPECT_EQ(value_of("select count(*) from audit"), "0") << "no record, no audit record";
}

TEST_F(RepositoryTest, ChangesWhatAPatchNamesAndNothingElse) {
    const Record before =
        create(contacts_, R"({"firstName": "Zoë", "email": "z@example.com", "custom": {"a": 1, "b": 2}})");
    const auto after =
        patch(contacts_, before.id, R"({"email": null, "city": "Ulm", "custom": {"a": null, "c": 3}})");
    ASSERT_TRUE(after) << after.error().error.message;
    json expected = json::parse(before.json);
    expected.merge_patch(json::parse(R"({"custom": {"a": null, "c": 3}, "city": "Ulm", "version": 2})"));
    expected["email"] = nullptr;
    const json stored = json::parse(after->json);
    EXPECT_GT(stored.at("updatedAt"), expected.at("updatedAt"));
    expected["updatedAt"] = stored.at("updatedAt");
    EXPECT_EQ(stored, expected);
    EXPECT_EQ(after->version, 2);
}

TEST_F(RepositoryTest, WritesNothingForAPatchThatChangesNothing) {
    const Record before =
        create(contacts_, R"({"firstName": "Zoë", "birthday": "2000-01-01", "custom": {"a": [1, {"b": 2}]},
        "lastContactedAt": "2024-02-29T12:30:00.250Z"})");
    const auto after =
        patch(contacts_, before.id, R"({"firstName": "Zoë", "birthday": "2000-01-01", "city": null,
        "custom": {"a": [1, {"b": 2}]}, "lastContactedAt": "2024-02-29T13:30:00.25+01:00"})");
    ASSERT_TRUE(after);
    EXPECT_EQ(after->json, before.json);
    EXPECT_EQ(value_of("select count(*) from audit"), "1") << "the creation's";
}

TEST_F(RepositoryTest, ChangesOnlyTheExpectedVersion) {
    const Record record = create(companies_, R"({"name": "Acme"})");
    ASSERT_TRUE(patch(companies_, record.id, R"({"name": "Acme 2"})", 1));
    const auto stale = patch(companies_, record.id, R"({"name": "Acme 3"})", 1);
    ASSERT_FALSE(stale);
    EXPECT_TRUE(stale.error().version_mismatch);
    EXPECT_EQ(stale.error().error.kind, ErrorKind::conflict);
    const auto removal = run(companies_.remove("user:test", record.id, 1));
    ASSERT_FALSE(removal);
    EXPECT_TRUE(removal.error().version_mismatch);
    EXPECT_TRUE(run(companies_.remove("user:test", record.id, 2)));
    EXPECT_EQ(run(companies_.get(record.id)).error().kind, ErrorKind::not_found);
}

TEST_F(RepositoryTest, LosesNoChangeWhenManyPatchOneRecordAtOnce) {
    const Record record = create(contacts_, R"({"custom": {}})");
    std::vector<common::Task<WriteResult<Record>>> tasks;
    constexpr int kPatches = 32;
    json expected = json::object();
    for (int i = 0; i < kPatches; ++i) {
        const std::string name = "k" + std::to_string(i);
        expected[name] = i;
        const json body = json::object({{"custom", json::object({{name, i}})}});
        tasks.push_back(contacts_.update("user:test", record.id, *validate_patch(entity("contacts"), body),
                                         std::nullopt));
    }
    for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result) << result.error().error.message;
    const json stored = json::parse(run(contacts_.get(record.id))->json);
    EXPECT_EQ(stored.at("custom"), expected);
    EXPECT_EQ(stored.at("version"), 1 + kPatches);
}

TEST_F(RepositoryTest, ChangesARecordThatOthersChangeThroughAnotherServer) {
    const Record record = create(contacts_, R"({"custom": {}})");
    store::Database other(loop_, store::DatabaseConfig{.connection = connection_});
    Repository there(other, entity("contacts"), entities_);
    std::vector<common::Task<WriteResult<Record>>> tasks;
    constexpr int kPatches = 32;
    for (int i = 0; i < kPatches; ++i) {
        const json body = json::object({{"custom", json::object({{"k" + std::to_string(i), i}})}});
        Repository& repository = i % 2 == 0 ? contacts_ : there;
        tasks.push_back(repository.update("user:test", record.id, *validate_patch(entity("contacts"), body),
                                          std::nullopt));
    }
    for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result) << result.error().error.message;
    EXPECT_EQ(json::parse(run(contacts_.get(record.id))->json).at("custom").size(), kPatches);
}

TEST_F(RepositoryTest, LetsARecordBeSentBackAsItWasRead) {
    const Record record = create(contacts_, R"({"firstName": "Zoë", "custom": {"n": 1.5}})");
    json body = json::parse(record.json);
    EXPECT_EQ(patch(contacts_, record.id, body.dump())->version, record.version);
    body["city"] = "Bonn";
    const auto changed = patch(contacts_, record.id, body.dump());
    ASSERT_TRUE(changed) << changed.error().error.message;
    EXPECT_EQ(json::parse(changed->json).at("city"), "Bonn");
    const auto stale = patch(contacts_, record.id, body.dump());
    ASSERT_FALSE(stale) << "version and updatedAt are others by now";
    EXPECT_EQ(stale.error().violations.size(), 1);
}

TEST_F(RepositoryTest, LetsOneOfManyWinThatExpectTheSameVersion) {
    const Record record = create(companies_, R"({"name": "Acme"})");
    std::vector<common::Task<WriteResult<Record>>> tasks;
    for (int i = 0; i < 8; ++i) {
        const json body = json::object({{"name", "Acme " + std::to_string(i)}});
        tasks.push_back(
            companies_.update("user:test", record.id, *validate_patch(entity("companies"), body), 1));
    }
    int won = 0;
    for (const auto& result : run_all(std::move(tasks))) {
        won += result ? 1 : 0;
        if (!result) EXPECT_TRUE(result.error().version_mismatch);
    }
    EXPECT_EQ(won, 1);
}

TEST_F(RepositoryTest, AuditsEachChangeWithItsDifference) {
    const Record record = create(companies_, R"({"name": "Acme", "employees": 3})");
    ASSERT_TRUE(patch(companies_, record.id, R"({"employees": 4, "city": "Ulm"})"));
    ASSERT_TRUE(run(companies_.remove("api-key:k", record.id, std::nullopt)));
    EXPECT_EQ(
        audit_of(record.id),
        R"(user:test create company {"name": {"to": "Acme", "from": null}, "custom": {"to": {}, "from": null}, "employees": {"to": 3, "from": null}}
user:test update company {"city": {"to": "Ulm", "from": null}, "employees": {"to": 4, "from": 3}}
api-key:k delete company {"city": {"to": null, "from": "Ulm"}, "name": {"to": null, "from": "Acme"}, "custom": {"to": null, "from": {}}, "employees": {"to": null, "from": 4}})");
}

TEST_F(RepositoryTest, KeepsTheRecordWhenItsAuditRecordCannotBeWritten) {
    const Record record = create(companies_, R"({"name": "Acme"})");
    const store::Statement forbid{"forbid", "alter table audit add constraint none check (false) not valid"};
    ASSERT_TRUE(run(database_->transaction({{&forbid, {}}})));
    EXPECT_FALSE(patch(companies_, record.id, R"({"name": "Other"})"));
    EXPECT_FALSE(run(companies_.remove("user:test", record.id, std::nullopt)));
    EXPECT_FALSE(run(companies_.create("user:test", changes(entity("companies"), R"({"name": "New"})"))));
    EXPECT_EQ(run(companies_.get(record.id))->json, record.json);
    EXPECT_EQ(value_of("select count(*) from companies"), "1");
}

TEST_F(RepositoryTest, ReleasesWhatReferredToARemovedRecord) {
    const Record company = create(companies_, R"({"name": "Acme"})");
    const Record other = create(companies_, R"({"name": "Other"})");
    const auto in = [](const Record& c) { return json::object({{"companyId", c.id}}).dump(); };
    const Record linked = create(contacts_, in(company));
    const Record kept = create(contacts_, in(other));
    ASSERT_TRUE(run(companies_.remove("user:test", company.id, std::nullopt)));
    const auto after = run(contacts_.get(linked.id));
    EXPECT_TRUE(json::parse(after->json).at("companyId").is_null());
    EXPECT_EQ(after->version, 2) << "its ETag changed with it";
    EXPECT_TRUE(audit_of(linked.id).ends_with(
        R"(user:test update contact {"companyId": {"to": null, "from": ")" + company.id + "\"}}"));
    EXPECT_EQ(run(contacts_.get(kept.id))->json, kept.json);
}

}  // namespace
}  // namespace record
