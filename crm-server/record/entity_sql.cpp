#include "crm-server/record/entity_sql.h"

#include <cstddef>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace record {
namespace {

void append(std::string& list, std::string_view item) {
    if (!list.empty()) list += ", ";
    list += item;
}

std::string columns(const Entity& entity) {
    std::string list;
    for (const Field& field : entity.fields) append(list, field.column);
    return list;
}

// `source` is the common table expression with the ids that changed, `id` an expression.
std::string audit(const Entity& entity, std::string_view action, std::string_view source, std::size_t actor,
                  const std::string& diff, const std::string& id = "gen_random_uuid()") {
    return fmt::format(
        "insert into audit (id, actor, entity, entity_id, action, diff) "
        "select {}, ${}::text, '{}', id, '{}', {} from {}",
        id, actor, entity.name, action, diff, source);
}

store::Statement get(const Entity& entity) {
    return {entity.plural + "_get",
            fmt::format("select {} from {} where id = $1", columns(entity), entity.plural)};
}

store::Statement create(const Entity& entity) {
    std::string names = "id";
    std::string values = "$1";
    std::size_t next = 2;
    for (const Field& field : entity.fields) {
        if (field.read_only) continue;
        append(names, field.column);
        append(values, fmt::format("${}", next++));
    }
    return {entity.plural + "_create",
            fmt::format("with created as (insert into {} ({}) values ({}) returning *), audited as ({}) "
                        "select {} from created",
                        entity.plural, names, values,
                        audit(entity, "create", "created", next, fmt::format("${}::jsonb", next + 1),
                              fmt::format("${}::uuid", next + 2)),
                        columns(entity))};
}

store::Statement update(const Entity& entity) {
    std::string settings;
    std::size_t next = 3;
    for (const Field& field : entity.fields)
        if (!field.read_only) append(settings, fmt::format("{} = ${}", field.column, next++));
    append(settings, "updated_at = now(), version = version + 1");
    return {entity.plural + "_update",
            fmt::format("with updated as (update {} set {} where id = $1 and version = $2 returning *), "
                        "audited as ({}) select {} from updated",
                        entity.plural, settings,
                        audit(entity, "update", "updated", next, fmt::format("${}::jsonb", next + 1),
                              fmt::format("${}::uuid", next + 2)),
                        columns(entity))};
}

/// The record as it is until the end of the transaction.
store::Statement lock(const Entity& entity, std::string_view purpose, std::string_view strength) {
    return {fmt::format("{}_lock_for_{}", entity.plural, purpose),
            fmt::format("select {} from {} where id = $1 for {}", columns(entity), entity.plural, strength)};
}

store::Statement remove(const Entity& entity) {
    return {entity.plural + "_remove",
            fmt::format("with removed as (delete from {} where id = $1 returning id), "
                        "audited as ({}) select id from removed",
                        entity.plural, audit(entity, "delete", "removed", 2, "$3::jsonb", "$4::uuid"))};
}

store::Statement unlink(const Entity& target, const Entity& source, const Field& reference) {
    const std::string diff = fmt::format(
        "jsonb_build_object('{}', jsonb_build_object('from', $1::uuid, 'to', null))", reference.name);
    return {
        fmt::format("{}_unlink_{}_{}", target.plural, source.plural, reference.column),
        fmt::format("with unlinked as (update {} set {} = null, updated_at = now(), version = version + 1 "
                    "where {} = $1::uuid returning id) {}",
                    source.plural, reference.column, reference.column,
                    audit(source, "update", "unlinked", 2, diff))};
}

// Writes the pieces of one list. The inner limits are what tells the planner that a page is short, whatever
// the parameter is; the outer limit ends the scan.
class ListWriter {
  public:
    ListWriter(const Entity& entity, const Field& field, bool descending)
        : entity_(entity), field_(field), descending_(descending), by_id_(field.column == "id") {}

    ListSql write() const {
        ListSql sql{&field_, descending_, {}, {}, {}};
        sql.first = statement("first", part(""), 1);
        if (by_id_) {
            sql.after = statement("after", part(fmt::format("id {} $1::uuid", beyond())), 2);
            return sql;
        }
        const std::string after =
            part(fmt::format("({}, id) {} ($1::{}, $2::uuid)", key(), beyond(), sql_type(field_.type)));
        if (field_.required) {
            sql.after = statement("after", after, 3);
            return sql;
        }
        const std::string null = field_.column + " is null";
        const std::string after_null = part(fmt::format("{} and id {} $1::uuid", null, beyond()));
        // One condition for values and nulls together could not be read from the index in order.
        if (descending_) {
            sql.after = statement("after", after, 3);
            sql.after_null = statement("after_null", both(after_null, part("not " + null)), 2);
        } else {
            sql.after = statement("after", both(after, part(null)), 3);
            sql.after_null = statement("after_null", after_null, 2);
        }
        return sql;
    }

  private:
    std::string_view beyond() const { return descending_ ? "<" : ">"; }

    std::string order() const {
        const std::string_view direction = descending_ ? " desc" : "";
        if (by_id_) return fmt::format("order by id{}", direction);
        return fmt::format("order by {}{}, id{}", key(), direction, direction);
    }

    std::string key() const { return sort_key(field_); }

    std::string part(const std::string& condition) const {
        return fmt::format("(select {} from {}{}{} {} limit {})", columns(entity_), entity_.plural,
                           condition.empty() ? "" : " where ", condition, order(), kMaxPage + 1);
    }

    static std::string both(const std::string& one, const std::string& other) {
        return fmt::format("({} union all {})", one, other);
    }

    store::Statement statement(std::string_view variant, const std::string& source, int limit) const {
        return {fmt::format("{}_list_{}_{}_{}", entity_.plural, field_.column, descending_ ? "desc" : "asc",
                            variant),
                fmt::format("select * from {} page {} limit ${}::int", source, order(), limit)};
    }

    const Entity& entity_;
    const Field& field_;
    bool descending_;
    bool by_id_;
};

}  // namespace

std::string sort_key(const Field& field) {
    return sql_type(field.type) == "text" ? field.column + " collate \"und-x-icu\"" : field.column;
}

std::string sql_type(FieldType type) {
    switch (type) {
        case FieldType::uuid:
            return "uuid";
        case FieldType::integer:
            return "bigint";
        case FieldType::boolean:
            return "boolean";
        case FieldType::date:
            return "date";
        case FieldType::timestamp:
            return "timestamptz";
        case FieldType::custom:
            return "jsonb";
        case FieldType::text:
        case FieldType::long_text:
        case FieldType::email:
        case FieldType::phone:
        case FieldType::url:
        case FieldType::choice:
            return "text";
    }
    return {};
}

EntitySql entity_sql(const Entity& entity, const std::vector<Entity>& entities) {
    EntitySql sql{.get = get(entity),
                  .create = create(entity),
                  .lock_for_update = lock(entity, "update", "no key update"),
                  .lock_for_removal = lock(entity, "removal", "update"),
                  .update = update(entity),
                  .unlink = {},
                  .remove = remove(entity),
                  .lists = {}};
    for (const Entity& source : entities)
        for (const Field& field : source.fields)
            if (field.references == entity.plural && !field.required)
                sql.unlink.push_back(unlink(entity, source, field));
    for (const Field& field : entity.fields) {
        if (!field.sortable) continue;
        for (const bool descending : {false, true})
            sql.lists.push_back(ListWriter(entity, field, descending).write());
    }
    return sql;
}

}  // namespace record
