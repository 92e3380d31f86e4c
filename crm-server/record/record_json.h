// Rows of an entity as JSON text.
#pragma once

#include "crm-server/record/entity.h"
#include "crm-server/store/database.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace record {

/// Appends PostgreSQL's text of one value as JSON; jsonb as it is.
void append_value(std::string& out, FieldType type, std::string_view postgres_text);

/// Appends rows whose columns are the entity's fields in order. Made once for an entity.
class RecordJson {
  public:
    explicit RecordJson(const Entity& entity);

    void append(std::string& out, const store::Rows& rows, std::size_t row) const;

  private:
    struct Member {
        std::string opening;  // `,"firstName":`
        FieldType type;
    };
    std::vector<Member> members_;
};

}  // namespace record
