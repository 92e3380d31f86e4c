#include "crm-server/product.h"

#include <cstdint>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace product {
namespace {

TEST(Entities, HaveTheFieldsOfEveryRecordAtTheirEnds) {
    for (const record::Entity& entity : entities()) {
        SCOPED_TRACE(entity.name);
        EXPECT_EQ(entity.fields.front().name, "id");
        EXPECT_EQ(entity.fields.back().name, "version");
        EXPECT_TRUE(record::find_field(entity, "createdAt")->read_only);
        EXPECT_TRUE(record::find_field(entity, "updatedAt")->read_only);
    }
}

TEST(Entities, NameEachFieldAndColumnOnce) {
    for (const record::Entity& entity : entities()) {
        std::set<std::string> names;
        std::set<std::string> columns;
        for (const record::Field& field : entity.fields) {
            EXPECT_TRUE(names.insert(field.name).second) << entity.name << "." << field.name;
            EXPECT_TRUE(columns.insert(field.column).second) << entity.name << "." << field.column;
        }
    }
}

TEST(Entities, ReferOnlyToEachOther) {
    std::set<std::string> plurals;
    for (const record::Entity& entity : entities()) plurals.insert(entity.plural);
    for (const record::Entity& entity : entities())
        for (const record::Field& field : entity.fields)
            EXPECT_TRUE(field.references.empty() || plurals.contains(field.references)) << field.name;
}

TEST(Entities, FindNoFieldThatDoesNotExist) {
    EXPECT_EQ(record::find_field(entities().front(), "first_name"), nullptr);
}

TEST(Migrations, AreCountedFromOneWithoutAGap) {
    std::int64_t version = 0;
    for (const store::Migration& migration : migrations())
        EXPECT_EQ(migration.version, ++version) << migration.name;
    EXPECT_GT(version, 0);
}

}  // namespace
}  // namespace product
