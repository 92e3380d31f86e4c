// The records of one entity: create, read, list, change, delete. All SQL comes from the descriptor, once.
//
// Every change and its audit record are one transaction. Replies are JSON text ready to send: built by
// appending, because that is twice as fast as a JSON document and the list is the hot path.
#pragma once

#include "common/result.h"
#include "common/task.h"
#include "crm-server/record/entity.h"
#include "crm-server/record/validation.h"
#include "crm-server/store/database.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace record {

struct Record {
    std::string id;
    std::int64_t version = 0;  // grows by one with each change: the record's ETag
    std::string json;
};

/// Why a change was refused.
struct WriteError {
    Error error;
    /// The record exists, but not at the expected version (HTTP 412).
    bool version_mismatch = false;
    /// What of the body was wrong, when the database or a merge found out: a reference to nothing.
    Violations violations = {};
};
template <class T>
using WriteResult = tl::expected<T, WriteError>;

struct ListRequest {
    std::size_t limit = 50;   // 1..200
    std::string sort = {};    // "lastName", "-createdAt"; empty: newest id first, or what the cursor says
    std::string cursor = {};  // from a page before; empty: from the start
};

struct Page {
    std::vector<std::string> records;        // JSON texts, in order
    std::optional<std::string> next_cursor;  // nullopt: this was the last page
};

class Repository {
  public:
    /// `entities` are all that may refer to `entity`, which is one of them. All must outlive the Repository.
    Repository(store::Database& database, const Entity& entity, const std::vector<Entity>& entities);
    ~Repository();
    Repository(const Repository&) = delete;
    Repository& operator=(const Repository&) = delete;

    const Entity& entity() const;

    /// not_found when there is none; also for a text that is no id.
    common::Task<Result<Record>> get(std::string id);

    /// invalid when limit, sort or cursor is wrong.
    common::Task<Result<Page>> list(ListRequest request);

    /// `actor` says who, in the audit record: Principal::actor().
    common::Task<WriteResult<Record>> create(std::string actor, Changes changes);

    /// Applies a validated merge patch. `expected` is the version of If-Match. A patch that changes nothing
    /// writes nothing and keeps the version.
    common::Task<WriteResult<Record>> update(std::string actor, std::string id, Changes patch,
                                             std::optional<std::int64_t> expected);

    /// Records that referred to it are changed to refer to nothing, in the same transaction.
    common::Task<WriteResult<void>> remove(std::string actor, std::string id,
                                           std::optional<std::int64_t> expected);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace record
