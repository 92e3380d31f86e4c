#include "crm-server/crm/entities.h"

#include <set>

#include <gtest/gtest.h>

namespace crm {
namespace {

TEST(Entities, HaveTheFieldsOfEveryRecordAtTheirEnds) {
    for (const Entity& entity : entities()) {
        SCOPED_TRACE(entity.name);
        EXPECT_EQ(entity.fields.front().name, "id");
        EXPECT_EQ(entity.fields.back().name, "version");
        EXPECT_TRUE(find_field(entity, "createdAt")->read_only);
        EXPECT_TRUE(find_field(entity, "updatedAt")->read_only);
    }
}

TEST(Entities, NameEachFieldAndColumnOnce) {
    for (const Entity& entity : entities()) {
        std::set<std::string> names;
        std::set<std::string> columns;
        for (const Field& field : entity.fields) {
            EXPECT_TRUE(names.insert(field.name).second) << entity.name << "." << field.name;
            EXPECT_TRUE(columns.insert(field.column).second) << entity.name << "." << field.column;
        }
    }
}

TEST(Entities, ReferOnlyToEachOther) {
    std::set<std::string> plurals;
    for (const Entity& entity : entities()) plurals.insert(entity.plural);
    for (const Entity& entity : entities())
        for (const Field& field : entity.fields)
            EXPECT_TRUE(field.references.empty() || plurals.contains(field.references)) << field.name;
}

TEST(Entities, FindNoFieldThatDoesNotExist) {
    EXPECT_EQ(find_field(entities().front(), "first_name"), nullptr);
}

}  // namespace
}  // namespace crm
