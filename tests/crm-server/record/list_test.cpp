#include "crm-server/record/cursor.h"
#include "crm-server/record/entity_sql.h"
#include "crm-server/record/repository.h"
#include "tests/crm-server/database_fixture.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

namespace record {
namespace {

using nlohmann::json;

class ListTest : public DatabaseTest {
  protected:
    // 60 contacts: many share a last name, many have none, and many were created in the same microsecond.
    ListTest() {
        const store::Statement fill{
            "fill",
            "insert into contacts (id, last_name, email, status, do_not_contact, custom, created_at, "
            "updated_at) "
            "select gen_random_uuid(), case when i % 3 > 0 then 'Name ' || i % 4 end, "
            "case when i % 5 > 0 then 'e' || lpad(i::text, 2, '0') || '@example.com' end, 'lead', false, "
            "'{}', "
            "timestamptz '2024-01-01' + (i % 7) * interval '1 microsecond', "
            "timestamptz '2024-01-01' + i * interval '1 second' from generate_series(1, 60) i"};
        EXPECT_TRUE(run(database_->transaction({{&fill, {}}})));
    }

    std::vector<json> walk(const std::string& sort, std::size_t limit) {
        std::vector<json> all;
        ListRequest request{limit, sort, ""};
        for (;;) {
            const auto page = run(contacts_.list(request));
            EXPECT_TRUE(page) << page.error().message;
            if (!page) return all;
            for (const std::string& record : page->records) all.push_back(json::parse(record));
            EXPECT_LE(page->records.size(), limit);
            if (!page->next_cursor) return all;
            EXPECT_EQ(page->records.size(), limit) << "only the last page may be short";
            request.cursor = *page->next_cursor;
            if (all.size() > 100) return all;
        }
    }

    void expect_index_only(const store::Statement& statement, store::Parameters parameters) {
        const store::Statement explain{"x_" + statement.name, "explain " + statement.sql};
        const auto plan = run(database_->query(explain, std::move(parameters)));
        ASSERT_TRUE(plan) << plan.error().message;
        std::string text;
        for (std::size_t row = 0; row < plan->size(); ++row) text.append(plan->text(row, 0)) += '\n';
        EXPECT_EQ(text.find("Seq Scan"), std::string::npos) << statement.sql << "\n" << text;
        EXPECT_EQ(text.find("Sort  "), std::string::npos) << statement.sql << "\n" << text;
    }

    Repository contacts_{*database_, entity("contacts"), entities_};
};

// The order that a list must have: nulls last when ascending, ids break ties; all turned round when
// descending.
bool in_order(const std::string& field, const json& a, const json& b) {
    if (a.at(field) == b.at(field)) return a.at("id") < b.at("id");
    if (a.at(field).is_null() || b.at(field).is_null()) return b.at(field).is_null();
    // Without the Z, or else the whole second would come after its fractions.
    const auto text = [&](const json& record) {
        std::string value = record.at(field);
        if (field.ends_with("At")) value.pop_back();
        return value;
    };
    return text(a) < text(b);
}

TEST_F(ListTest, WalksEveryOrderCompletelyAndWithoutRepeating) {
    for (const std::string field : {"id", "lastName", "email", "createdAt", "updatedAt"})
        for (const std::string direction : {"", "-"})
            for (const std::size_t limit : {1UL, 7UL, 20UL, 59UL, 60UL, 61UL, 200UL}) {
                SCOPED_TRACE(direction + field + " by " + std::to_string(limit));
                const std::vector<json> all = walk(direction + field, limit);
                ASSERT_EQ(all.size(), 60);
                std::set<std::string> ids;
                for (const json& record : all) ids.insert(record.at("id").get<std::string>());
                EXPECT_EQ(ids.size(), 60);
                EXPECT_TRUE(std::ranges::is_sorted(all, [&](const json& a, const json& b) {
                    return direction.empty() ? in_order(field, a, b) : in_order(field, b, a);
                }));
            }
}

TEST_F(ListTest, NeitherRepeatsNorSkipsWhenRecordsComeAndGoBetweenPages) {
    const auto first = run(contacts_.list({20, "createdAt", ""}));
    std::set<std::string> seen;
    for (const std::string& record : first->records)
        seen.insert(json::parse(record).at("id").get<std::string>());
    const store::Statement remove{"remove_some", "delete from contacts where created_at = '2024-01-01' "};
    ASSERT_TRUE(run(database_->transaction({{&remove, {}}})));
    ASSERT_TRUE(run(contacts_.create("user:test", changes(entity("contacts"), "{}"))));
    ListRequest request{20, "", *first->next_cursor};
    for (;;) {
        const auto page = run(contacts_.list(request));
        for (const std::string& record : page->records)
            EXPECT_TRUE(seen.insert(json::parse(record).at("id").get<std::string>()).second);
        if (!page->next_cursor) break;
        request.cursor = *page->next_cursor;
    }
    EXPECT_EQ(seen.size(), 61) << "the 60, whether removed since or not, and the new one";
}

TEST_F(ListTest, BeginsWithTheNewestByDefault) {
    const auto created = run(contacts_.create("user:test", changes(entity("contacts"), "{}")));
    const store::Statement old{"old", "delete from contacts where id <> $1"};
    ASSERT_TRUE(run(database_->transaction({{&old, {created->id}}})));
    const auto newer = run(contacts_.create("user:test", changes(entity("contacts"), "{}")));
    const auto page = run(contacts_.list({}));
    ASSERT_EQ(page->records.size(), 2);
    EXPECT_EQ(page->records[0], newer->json);
    EXPECT_EQ(page->records[1], created->json);
    EXPECT_FALSE(page->next_cursor);
}

TEST_F(ListTest, RefusesWhatItCannotList) {
    const std::string cursor = *run(contacts_.list({10, "lastName", ""}))->next_cursor;
    const std::string id = "0190aaaa-0000-7000-8000-000000000000";
    const std::vector<ListRequest> wrong{
        {0, "", ""},
        {201, "", ""},
        {10, "phone", ""},
        {10, "last_name", ""},
        {10, "--id", ""},
        {10, "id;drop table contacts", ""},
        {10, "", "no cursor"},
        {10, "-lastName", cursor},
        {10, "", encode({"phone", "1", id})},
        {10, "", encode({"createdAt", "yesterday noon", id})},
        {10, "", encode({"createdAt", std::nullopt, id})},
        {10, "", encode({"lastName", "a", "1"})},
    };
    for (const ListRequest& request : wrong) {
        const auto page = run(contacts_.list(request));
        ASSERT_FALSE(page) << request.sort << " " << request.cursor;
        EXPECT_EQ(page.error().kind, ErrorKind::invalid) << page.error().message;
    }
}

// A page deep in a table is as near as the first only when it is read from an index in order.
TEST_F(ListTest, ReadsEveryPageFromAnIndexWithoutSortingTheTable) {
    const store::Statement grow{
        "grow",
        "insert into contacts (id, last_name, email, status, do_not_contact, custom) "
        "select gen_random_uuid(), case when i % 3 > 0 then 'Name ' || i % 1000 end, "
        "case when i % 3 > 0 then 'e' || i || '@example.com' end, 'lead', false, '{}' "
        "from generate_series(1, 20000) i"};
    const store::Statement analyze{"analyze", "analyze contacts"};
    ASSERT_TRUE(run(database_->transaction({{&grow, {}}})));
    ASSERT_TRUE(run(database_->transaction({{&analyze, {}}})));
    for (const ListSql& list : entity_sql(entity("contacts"), entities_).lists) {
        const std::string value =
            list.field->type == FieldType::timestamp ? "2024-06-01 00:00:00+00" : "Name 5";
        const std::string id = "80000000-0000-4000-8000-000000000000";
        expect_index_only(list.first, {"51"});
        expect_index_only(list.after, list.field->name == "id" ? store::Parameters{id, "51"}
                                                               : store::Parameters{value, id, "51"});
        if (!list.after_null.sql.empty()) expect_index_only(list.after_null, {id, "51"});
    }
}

TEST_F(ListTest, OrdersNamesAsPeopleDo) {
    Repository companies(*database_, entity("companies"), entities_);
    for (const char* name : {"z", "É", "B", "a", "c"})
        ASSERT_TRUE(
            run(companies.create("user:test", changes(entity("companies"), json({{"name", name}}).dump()))));
    std::string names;
    ListRequest request{2, "name", ""};
    for (;;) {
        const auto page = run(companies.list(request));
        ASSERT_TRUE(page) << page.error().message;
        for (const std::string& record : page->records)
            names += json::parse(record).at("name").get<std::string>();
        if (!page->next_cursor) break;
        request.cursor = *page->next_cursor;
    }
    EXPECT_EQ(names, "aBcÉz");
}

}  // namespace
}  // namespace record
