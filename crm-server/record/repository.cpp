#include "crm-server/record/repository.h"

#include "crm-server/record/cursor.h"
#include "crm-server/record/entity_sql.h"
#include "crm-server/record/record_change.h"
#include "crm-server/record/record_json.h"
#include "crm-server/store/text.h"
#include "crm-server/store/turns.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace record {
namespace {

/// How long a change waits for those of the same record that came before it.
constexpr std::chrono::seconds kPatience{10};

constexpr std::size_t kTypicalRecord = 512;

Error not_found(const Entity& entity) {
    return {ErrorKind::not_found, fmt::format("There is no such {}.", entity.name)};
}

tl::unexpected<WriteError> refuse(Error error) {
    return tl::unexpected(WriteError{.error = std::move(error)});
}

tl::unexpected<WriteError> refuse(Violations violations) {
    return tl::unexpected(WriteError{.error = {ErrorKind::invalid, "The record would break a rule."},
                                     .violations = std::move(violations)});
}

tl::unexpected<WriteError> refuse_version(std::int64_t version) {
    return tl::unexpected(WriteError{
        .error = {ErrorKind::conflict, fmt::format("The record is at version {} by now.", version)},
        .version_mismatch = true});
}

// A foreign key is named by PostgreSQL's default: table_column_fkey.
tl::unexpected<WriteError> refuse(const Entity& entity, store::SqlError error) {
    const auto broken = [&](const Field& field) {
        return error.constraint == fmt::format("{}_{}_fkey", entity.plural, field.column);
    };
    const auto field = std::ranges::find_if(entity.fields, broken);
    if (error.sqlstate != "23503" || field == entity.fields.end()) return refuse(Error(std::move(error)));
    return refuse(
        Violations{{"/" + field->name, fmt::format("is not the id of one of the {}", field->references)}});
}

// The audit record of a change proves that the change was made.
const store::Statement kChangeWasMade{"audit_exists", "select from audit where id = $1"};

void append(store::Parameters& parameters, store::Parameters more) {
    parameters.insert(parameters.end(), std::make_move_iterator(more.begin()),
                      std::make_move_iterator(more.end()));
}

}  // namespace

struct Repository::Impl {
    Impl(store::Database& db, const Entity& e, const std::vector<Entity>& entities)
        : database(db), entity(e), sql(entity_sql(e, entities)), json(e) {}

    Record record(const store::Rows& rows, std::size_t row) const {
        Record result;
        result.id = rows.text(row, 0);
        const std::string_view version = rows.text(row, entity.fields.size() - 1);
        std::from_chars(version.data(), version.data() + version.size(), result.version);
        result.json.reserve(kTypicalRecord);
        json.append(result.json, rows, row);
        return result;
    }

    /// Changes of one record are made one after the other, in the order in which they came.
    common::Task<WriteResult<store::Turns::Turn>> take_turn(const std::string& id) {
        if (!store::is_uuid(id)) co_return refuse(not_found(entity));
        auto turn = co_await turns.take(id, kPatience);
        if (!turn)
            co_return refuse(Error{ErrorKind::unavailable, "The record is being changed by very many."});
        co_return *std::move(turn);
    }

    /// The record, when a change may be made of it.
    WriteResult<Record> changeable(const store::Rows& rows, std::optional<std::int64_t> expected) const {
        if (rows.empty()) return refuse(not_found(entity));
        Record current = record(rows, 0);
        if (expected && current.version != *expected) return refuse_version(current.version);
        return current;
    }

    store::Parameters values(const store::Rows& rows) const {
        store::Parameters result;
        for (std::size_t column = 0; column < entity.fields.size(); ++column)
            result.push_back(rows.value(0, column));
        return result;
    }

    /// The row of that id.
    common::Task<Result<store::Rows>> load(std::string id) {
        if (!store::is_uuid(id)) co_return tl::unexpected(not_found(entity));
        auto rows = co_await database.query(sql.get, store::Parameters{std::move(id)});
        if (!rows) co_return tl::unexpected(Error(std::move(rows.error())));
        if (rows->empty()) co_return tl::unexpected(not_found(entity));
        co_return std::move(*rows);
    }

    /// The record as a change left it whose answer was lost.
    common::Task<WriteResult<Record>> made(std::string id) {
        const auto rows = co_await load(std::move(id));
        if (!rows) co_return refuse(rows.error());
        co_return record(*rows, 0);
    }

    const ListSql* find_list(std::string_view sort) const {
        const bool descending = sort.starts_with('-');
        if (descending) sort.remove_prefix(1);
        const auto found = std::ranges::find_if(sql.lists, [&](const ListSql& list) {
            return list.descending == descending && list.field->name == sort;
        });
        return found == sql.lists.end() ? nullptr : &*found;
    }

    Result<store::Step> list_step(const std::string& sort, const std::optional<Cursor>& cursor,
                                  std::size_t limit) const {
        const ListSql* list = find_list(sort);
        if (list == nullptr)
            return fail(ErrorKind::invalid, fmt::format("The {} cannot be sorted by that.", entity.plural));
        store::Step step{&list->first, {}};
        if (cursor) {
            if (!cursor->value && list->after_null.sql.empty())
                return fail(ErrorKind::invalid, "The cursor is not one of this list.");
            step.statement = cursor->value ? &list->after : &list->after_null;
            if (cursor->value && list->field->name != "id") step.parameters.emplace_back(cursor->value);
            step.parameters.emplace_back(cursor->id);
        }
        // One more than asked for shows whether there is a next page.
        step.parameters.emplace_back(std::to_string(limit + 1));
        return step;
    }

    Page page(const store::Rows& rows, const std::string& sort, std::size_t limit) const {
        Page result;
        const std::size_t count = std::min(rows.size(), limit);
        result.records.resize(count);
        for (std::size_t row = 0; row < count; ++row) {
            result.records[row].reserve(kTypicalRecord);
            json.append(result.records[row], rows, row);
        }
        if (rows.size() <= limit) return result;
        const Field* field = find_list(sort)->field;
        const auto column = static_cast<std::size_t>(field - entity.fields.data());
        result.next_cursor =
            encode({sort, rows.value(count - 1, column), std::string(rows.text(count - 1, 0))});
        return result;
    }

    store::Database& database;
    store::Turns turns;
    const Entity& entity;
    const EntitySql sql;
    const RecordJson json;
};

Repository::Repository(store::Database& database, const Entity& entity, const std::vector<Entity>& entities)
    : impl_(std::make_unique<Impl>(database, entity, entities)) {}

Repository::~Repository() = default;

const Entity& Repository::entity() const {
    return impl_->entity;
}

common::Task<Result<Record>> Repository::get(std::string id) {
    auto rows = co_await impl_->load(std::move(id));
    if (!rows) co_return tl::unexpected(std::move(rows.error()));
    co_return impl_->record(*rows, 0);
}

common::Task<Result<Page>> Repository::list(ListRequest request) {
    if (request.limit < 1 || request.limit > static_cast<std::size_t>(kMaxPage))
        co_return fail(ErrorKind::invalid, fmt::format("The limit must be between 1 and {}.", kMaxPage));
    std::optional<Cursor> cursor;
    if (!request.cursor.empty()) {
        cursor = decode_cursor(request.cursor);
        const bool same_order = cursor && (request.sort.empty() || cursor->sort == request.sort);
        if (!same_order) co_return fail(ErrorKind::invalid, "The cursor is not one of this list.");
        request.sort = cursor->sort;
    }
    if (request.sort.empty()) request.sort = "-id";
    auto step = impl_->list_step(request.sort, cursor, request.limit);
    if (!step) co_return tl::unexpected(std::move(step.error()));
    auto rows =
        co_await impl_->database.query(*step->statement, std::move(step->parameters), store::Lane::lists);
    if (rows) co_return impl_->page(*rows, request.sort, request.limit);
    // The only values that come from outside are the cursor's.
    if (rows.error().kind == ErrorKind::invalid)
        co_return fail(ErrorKind::invalid, "The cursor is not one of this list.");
    co_return tl::unexpected(Error(std::move(rows.error())));
}

common::Task<WriteResult<Record>> Repository::create(std::string actor, Changes changes) {
    RecordChange change = creation(changes);
    const std::string id = store::make_uuid();
    const std::string audit_id = store::make_uuid();
    store::Parameters parameters{id};
    append(parameters, std::move(change.values));
    append(parameters, {std::move(actor), std::move(change.diff), audit_id});
    std::vector<store::Step> steps;
    steps.push_back({&impl_->sql.create, std::move(parameters)});
    auto result =
        co_await impl_->database.transaction(std::move(steps), store::Step{&kChangeWasMade, {audit_id}});
    if (!result && result.error().committed) co_return co_await impl_->made(id);
    if (!result) co_return refuse(impl_->entity, std::move(result.error()));
    co_return impl_->record(result->front(), 0);
}

common::Task<WriteResult<Record>> Repository::update(std::string actor, std::string id, Changes patch,
                                                     std::optional<std::int64_t> expected) {
    const auto turn = co_await impl_->take_turn(id);
    if (!turn) co_return tl::unexpected(turn.error());
    const std::string audit_id = store::make_uuid();
    WriteResult<Record> outcome;  // unless there is something to change
    const auto decide = [&](const store::Rows& rows) -> std::optional<std::vector<store::Step>> {
        outcome = impl_->changeable(rows, expected);
        if (!outcome) return std::nullopt;
        auto change = apply_patch(impl_->entity, impl_->values(rows), patch);
        if (!change) outcome = refuse(std::move(change.error()));
        if (!change || !change->changes_anything) return std::nullopt;
        store::Parameters parameters{id, std::to_string(outcome->version)};
        append(parameters, std::move(change->values));
        append(parameters, {actor, std::move(change->diff), audit_id});
        return std::vector<store::Step>{{&impl_->sql.update, std::move(parameters)}};
    };
    auto result = co_await impl_->database.transaction({&impl_->sql.lock_for_update, {id}}, decide,
                                                       {&kChangeWasMade, {audit_id}});
    if (!result && result.error().committed) co_return co_await impl_->made(id);
    if (!result) co_return refuse(impl_->entity, std::move(result.error()));
    if (result->size() > 1) outcome = impl_->record(result->back(), 0);
    co_return outcome;
}

common::Task<WriteResult<void>> Repository::remove(std::string actor, std::string id,
                                                   std::optional<std::int64_t> expected) {
    const auto turn = co_await impl_->take_turn(id);
    if (!turn) co_return tl::unexpected(turn.error());
    const std::string audit_id = store::make_uuid();
    WriteResult<Record> outcome;
    const auto decide = [&](const store::Rows& rows) -> std::optional<std::vector<store::Step>> {
        outcome = impl_->changeable(rows, expected);
        if (!outcome) return std::nullopt;
        std::vector<store::Step> steps;
        for (const store::Statement& unlink : impl_->sql.unlink) steps.push_back({&unlink, {id, actor}});
        steps.push_back(
            {&impl_->sql.remove, {id, actor, removal_diff(impl_->entity, impl_->values(rows)), audit_id}});
        return steps;
    };
    auto result = co_await impl_->database.transaction({&impl_->sql.lock_for_removal, {id}}, decide,
                                                       {&kChangeWasMade, {audit_id}});
    if (!result && result.error().committed) co_return WriteResult<void>();
    if (!result && result.error().sqlstate == "23503")
        co_return refuse(Error{ErrorKind::conflict, "Other records refer to this one."});
    if (!result) co_return refuse(Error(std::move(result.error())));
    if (!outcome) co_return tl::unexpected(std::move(outcome.error()));
    co_return WriteResult<void>();
}

}  // namespace record
