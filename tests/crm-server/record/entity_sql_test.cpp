#include "crm-server/record/entity_sql.h"

#include "crm-server/product.h"

#include <set>

#include <gtest/gtest.h>

namespace record {
namespace {

const std::vector<Entity> kEntities{
    make_entity("box", "boxes", {{.name = "label", .column = "label", .sortable = true}}),
    make_entity("item", "items",
                {{.name = "boxId", .column = "box_id", .type = FieldType::uuid, .references = "boxes"}})};
const Entity& box() {
    return kEntities.front();
}

std::string list(std::string_view sort, bool descending, const store::Statement ListSql::* variant) {
    const EntitySql sql = entity_sql(box(), kEntities);
    for (const ListSql& candidate : sql.lists)
        if (candidate.field->name == sort && candidate.descending == descending)
            return (candidate.*variant).sql;
    return "no such list";
}

TEST(EntitySql, GetsByKey) {
    EXPECT_EQ(entity_sql(box(), kEntities).get.sql,
              "select id, label, created_at, updated_at, version from boxes where id = $1");
}

TEST(EntitySql, WritesTheRecordAndItsAuditRecordInOneStatement) {
    const EntitySql sql = entity_sql(box(), kEntities);
    EXPECT_EQ(sql.create.sql,
              "with created as (insert into boxes (id, label) values ($1, $2) returning *), audited as ("
              "insert into audit (id, actor, entity, entity_id, action, diff) "
              "select $5::uuid, $3::text, 'box', id, 'create', $4::jsonb from created) "
              "select id, label, created_at, updated_at, version from created");
    EXPECT_EQ(sql.update.sql,
              "with updated as (update boxes set label = $3, updated_at = now(), version = version + 1 "
              "where id = $1 and version = $2 returning *), audited as ("
              "insert into audit (id, actor, entity, entity_id, action, diff) "
              "select $6::uuid, $4::text, 'box', id, 'update', $5::jsonb from updated) "
              "select id, label, created_at, updated_at, version from updated");
    EXPECT_EQ(
        sql.remove.sql,
        "with removed as (delete from boxes where id = $1 returning id), audited as ("
        "insert into audit (id, actor, entity, entity_id, action, diff) "
        "select $4::uuid, $2::text, 'box', id, 'delete', $3::jsonb from removed) select id from removed");
    EXPECT_EQ(sql.lock_for_update.sql,
              "select id, label, created_at, updated_at, version from boxes where id = $1 for no key update");
    EXPECT_EQ(sql.lock_for_removal.sql,
              "select id, label, created_at, updated_at, version from boxes where id = $1 for update");
}

TEST(EntitySql, ReleasesWhatRefersToARemovedRecord) {
    const EntitySql sql = entity_sql(box(), kEntities);
    ASSERT_EQ(sql.unlink.size(), 1);
    EXPECT_EQ(sql.unlink[0].sql,
              "with unlinked as (update items set box_id = null, updated_at = now(), version = version + 1 "
              "where box_id = $1::uuid "
              "returning id) insert into audit (id, actor, entity, entity_id, action, diff) "
              "select gen_random_uuid(), $2::text, 'item', id, 'update', "
              "jsonb_build_object('boxId', jsonb_build_object('from', $1::uuid, 'to', null)) from unlinked");
    EXPECT_TRUE(entity_sql(kEntities[1], kEntities).unlink.empty());
}

TEST(EntitySql, ListsARequiredFieldByOneRangeOfItsIndex) {
    EXPECT_EQ(list("createdAt", true, &ListSql::after),
              "select * from (select id, label, created_at, updated_at, version from boxes "
              "where (created_at, id) < ($1::timestamptz, $2::uuid) order by created_at desc, id desc limit "
              "201) page "
              "order by created_at desc, id desc limit $3::int");
    EXPECT_EQ(list("createdAt", true, &ListSql::after_null), "");
    EXPECT_EQ(list("id", false, &ListSql::after),
              "select * from (select id, label, created_at, updated_at, version from boxes "
              "where id > $1::uuid order by id limit 201) page order by id limit $2::int");
}

TEST(EntitySql, ListsNullsOfAnOptionalFieldInARangeOfTheirOwn) {
    EXPECT_EQ(list("label", false, &ListSql::after),
              "select * from ((select id, label, created_at, updated_at, version from boxes "
              "where (label collate \"und-x-icu\", id) > ($1::text, $2::uuid) order by label collate "
              "\"und-x-icu\", id limit 201) union all "
              "(select id, label, created_at, updated_at, version from boxes "
              "where label is null order by label collate \"und-x-icu\", id limit 201)) page order by label "
              "collate \"und-x-icu\", id limit $3::int");
    EXPECT_EQ(
        list("label", false, &ListSql::after_null),
        "select * from (select id, label, created_at, updated_at, version from boxes "
        "where label is null and id > $1::uuid order by label collate \"und-x-icu\", id limit 201) page "
        "order by label collate \"und-x-icu\", id limit $2::int");
}

TEST(EntitySql, GivesEachStatementANameOfItsOwnThatPostgresKeepsWhole) {
    std::set<std::string> names;
    const std::vector<Entity> entities = product::entities();
    const auto check = [&](const store::Statement& statement) {
        if (statement.sql.empty()) return;
        EXPECT_TRUE(names.insert(statement.name).second) << statement.name;
        EXPECT_LE(statement.name.size(), 63);
    };
    for (const Entity& entity : entities) {
        const EntitySql sql = entity_sql(entity, entities);
        for (const store::Statement* statement :
             {&sql.get, &sql.create, &sql.lock_for_update, &sql.lock_for_removal, &sql.update, &sql.remove})
            check(*statement);
        for (const store::Statement& statement : sql.unlink) check(statement);
        for (const ListSql& one : sql.lists)
            for (const store::Statement* statement : {&one.first, &one.after, &one.after_null})
                check(*statement);
    }
}

}  // namespace
}  // namespace record
