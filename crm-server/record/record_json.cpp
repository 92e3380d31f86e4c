#include "crm-server/record/record_json.h"

#include "common/json_text.h"
#include "crm-server/store/text.h"

namespace record {

void append_value(std::string& out, FieldType type, std::string_view postgres_text) {
    switch (type) {
        case FieldType::integer:
        case FieldType::custom:
            out.append(postgres_text);
            return;
        case FieldType::boolean:
            out.append(postgres_text == "t" ? "true" : "false");
            return;
        case FieldType::uuid:
        case FieldType::date:
            out += '"';
            out.append(postgres_text);
            out += '"';
            return;
        case FieldType::timestamp:
            out += '"';
            store::append_timestamp(out, postgres_text);
            out += '"';
            return;
        case FieldType::text:
        case FieldType::long_text:
        case FieldType::email:
        case FieldType::phone:
        case FieldType::url:
        case FieldType::choice:
            common::append_json_string(out, postgres_text);
            return;
    }
}

RecordJson::RecordJson(const Entity& entity) {
    for (const Field& field : entity.fields) {
        std::string opening = members_.empty() ? "{" : ",";
        common::append_json_string(opening, field.name);
        opening += ':';
        members_.push_back({std::move(opening), field.type});
    }
}

void RecordJson::append(std::string& out, const store::Rows& rows, std::size_t row) const {
    for (std::size_t column = 0; column < members_.size(); ++column) {
        out.append(members_[column].opening);
        if (rows.is_null(row, column))
            out.append("null");
        else
            append_value(out, members_[column].type, rows.text(row, column));
    }
    out += '}';
}

}  // namespace record
