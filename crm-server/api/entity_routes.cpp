#include "crm-server/api/entity_routes.h"

#include "common/json_text.h"
#include "crm-server/api/json_body.h"
#include "crm-server/api/list_query.h"
#include "crm-server/api/preconditions.h"

namespace api {
namespace {

using common::Task;
using common::http::Response;

constexpr std::string_view kVersionMismatch =
    "The record is at another version: read it again and repeat the change.";

Response representation(int status, record::Record record) {
    Response response{.status = status};
    response.headers.emplace_back("ETag", entity_tag_of(record.version));
    response.body = std::move(record.json);
    return response;
}

Task<Reply> create(record::Repository& repository, Call& call) {
    auto body = read_object(call.request);
    if (!body) co_return tl::unexpected(std::move(body.error()));
    auto changes = record::validate_create(repository.entity(), *body);
    if (!changes) co_return refuse(std::move(changes.error()));

    auto record = co_await repository.create(call.principal.actor(), *std::move(changes));
    if (!record) co_return refuse(record.error());
    std::string location = call.request.path + "/" + record->id;
    Response response = representation(201, *std::move(record));
    response.headers.emplace_back("Location", std::move(location));
    co_return response;
}

Task<Reply> list(record::Repository& repository, Call& call) {
    Result<record::ListRequest> query = parse_list_query(call.request.query);
    if (!query) co_return refuse(query.error());
    Result<record::Page> page = co_await repository.list(*std::move(query));
    if (!page) co_return refuse(page.error());

    std::size_t size = 64;
    for (const std::string& record : page->records) size += record.size() + 1;
    std::string body;
    body.reserve(size + (page->next_cursor ? page->next_cursor->size() : 0));
    body += R"({"data":[)";
    for (const std::string& record : page->records) {
        if (body.back() != '[') body += ',';
        body += record;
    }
    body += R"(],"nextCursor":)";
    if (page->next_cursor) {
        common::append_json_string(body, *page->next_cursor);
    } else {
        body += "null";
    }
    body += '}';
    co_return Response{.body = std::move(body)};
}

Task<Reply> read(record::Repository& repository, Call& call) {
    const Result<Preconditions> conditions = parse_preconditions(call.request);
    if (!conditions) co_return refuse(conditions.error());
    Result<record::Record> record = co_await repository.get(call.parameters.front());
    if (!record) co_return refuse(record.error());

    switch (evaluate(*conditions, record->version, true)) {
        case Verdict::failed:
            co_return refuse(412, std::string(kVersionMismatch));
        case Verdict::not_modified: {
            Response response = representation(304, *std::move(record));
            response.body.clear();
            co_return response;
        }
        case Verdict::proceed:
            break;
    }
    co_return representation(200, *std::move(record));
}

/// The version that a change must find, nullopt when any will do; a Problem when the conditions fail already.
Task<tl::expected<std::optional<std::int64_t>, Problem>> wanted_version(record::Repository& repository,
                                                                        Call& call) {
    const Result<Preconditions> conditions = parse_preconditions(call.request);
    if (!conditions) co_return refuse(conditions.error());
    if (!conditions->if_match && !conditions->if_none_match) co_return std::nullopt;
    if (const auto version = expected_version(*conditions)) co_return version;

    const Result<record::Record> record = co_await repository.get(call.parameters.front());
    if (!record) co_return refuse(record.error());
    if (evaluate(*conditions, record->version, false) == Verdict::failed) {
        co_return refuse(412, std::string(kVersionMismatch));
    }
    co_return record->version;
}

Task<Reply> patch(record::Repository& repository, Call& call) {
    auto body = read_object(call.request);
    if (!body) co_return tl::unexpected(std::move(body.error()));
    auto changes = record::validate_patch(repository.entity(), *body);
    if (!changes) co_return refuse(std::move(changes.error()));
    const auto expected = co_await wanted_version(repository, call);
    if (!expected) co_return tl::unexpected(expected.error());

    auto record = co_await repository.update(call.principal.actor(), call.parameters.front(),
                                             *std::move(changes), *expected);
    if (!record) co_return refuse(record.error());
    co_return representation(200, *std::move(record));
}

Task<Reply> remove(record::Repository& repository, Call& call) {
    const auto expected = co_await wanted_version(repository, call);
    if (!expected) co_return tl::unexpected(expected.error());
    auto removed = co_await repository.remove(call.principal.actor(), call.parameters.front(), *expected);
    if (!removed) co_return refuse(removed.error());
    co_return Response{.status = 204};
}

}  // namespace

std::vector<Route> entity_routes(record::Repository& repository) {
    const std::string all = "/api/v1/" + repository.entity().plural;
    const std::string one = all + "/{id}";
    // Not coroutines themselves: their captures live as long as the routes.
    const auto bind = [&repository](Task<Reply> (*handler)(record::Repository&, Call&)) {
        return [&repository, handler](Call& call) { return handler(repository, call); };
    };
    return {
        {"POST", all, Access::authenticated, bind(create), {kJson}},
        {"GET", all, Access::authenticated, bind(list)},
        {"GET", one, Access::authenticated, bind(read)},
        {"PATCH", one, Access::authenticated, bind(patch), {kMergePatch, kJson}},
        {"DELETE", one, Access::authenticated, bind(remove)},
    };
}

}  // namespace api
