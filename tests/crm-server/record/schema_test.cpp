#include "crm-server/record/entity_sql.h"
#include "tests/crm-server/database_fixture.h"

#include <map>
#include <set>

namespace record {
namespace {

using SchemaTest = DatabaseTest;

// type and nullability of each column: "uuid not null".
std::map<std::string, std::string> described(const Entity& entity) {
    std::map<std::string, std::string> columns;
    for (const Field& field : entity.fields)
        columns[field.column] = sql_type(field.type) + (field.required ? " not null" : "");
    return columns;
}

TEST_F(SchemaTest, HasATableForEachEntityWithJustTheColumnsOfItsDescriptor) {
    const store::Statement columns{
        "columns",
        "select attname, case format_type(atttypid, atttypmod) "
        "when 'timestamp with time zone' then 'timestamptz' else format_type(atttypid, atttypmod) end "
        "|| case when attnotnull then ' not null' else '' end "
        "from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped"};
    for (const Entity& entity : entities_) {
        const auto rows = run(database_->query(columns, {entity.plural}));
        ASSERT_TRUE(rows) << rows.error().message;
        std::map<std::string, std::string> table;
        for (std::size_t row = 0; row < rows->size(); ++row)
            table[std::string(rows->text(row, 0))] = rows->text(row, 1);
        EXPECT_EQ(table, described(entity)) << entity.plural;
    }
}

TEST_F(SchemaTest, HasAnIndexForEachSortableField) {
    const store::Statement indexes{"indexes", "select indexdef from pg_indexes where tablename = $1"};
    for (const Entity& entity : entities_) {
        const auto rows = run(database_->query(indexes, {entity.plural}));
        std::string all;
        for (std::size_t row = 0; row < rows->size(); ++row) all.append(rows->text(row, 0)) += '\n';
        for (std::size_t at = all.find("COLLATE"); at != std::string::npos; at = all.find("COLLATE"))
            all.replace(at, 7, "collate");
        for (const Field& field : entity.fields) {
            const std::string columns = field.name == "id" ? "(id)" : "(" + sort_key(field) + ", id)";
            EXPECT_EQ(field.sortable, all.find(columns) != std::string::npos) << entity.plural << columns;
        }
    }
}

TEST_F(SchemaTest, HasAForeignKeyNamedByItsColumnForEachReference) {
    for (const Entity& entity : entities_)
        for (const Field& field : entity.fields)
            if (!field.references.empty())
                EXPECT_EQ(value_of("select confrelid::regclass::text from pg_constraint "
                                   "where conname = $1 and conrelid = $2::text::regclass",
                                   {entity.plural + "_" + field.column + "_fkey", entity.plural}),
                          field.references);
}

}  // namespace
}  // namespace record
