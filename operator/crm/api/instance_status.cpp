#include "operator/crm/api/instance_status.h"

#include "operator/kube/json_fields.h"

#include <array>
#include <cstdlib>
#include <utility>

namespace crm {
namespace {

using kube::json;
using kube::number_at;
using kube::text_at;

Truth truth_of(std::string_view name) {
    return name == "True" ? Truth::yes : name == "False" ? Truth::no : Truth::unknown;
}

std::optional<Footprint> footprint_at(const json& object, const char* pointer) {
    const json& value = kube::value_at(object, pointer);
    return value.is_null() ? std::nullopt : decode_footprint(value);
}

constexpr std::array kUpdates{std::pair{"Waiting", Update::waiting}, std::pair{"Running", Update::running}};

Update update_of(std::string_view phase) {
    for (const auto& [name, update] : kUpdates) {
        if (name == phase) {
            return update;
        }
    }
    return Update::none;
}

Condition decode_condition(const json& object) {
    return {.type = text_at(object, "/type"),
            .status = truth_of(text_at(object, "/status")),
            .reason = text_at(object, "/reason"),
            .message = text_at(object, "/message"),
            .observed_generation = number_at(object, "/observedGeneration"),
            .last_transition_time = text_at(object, "/lastTransitionTime")};
}

json encode_condition(const Condition& condition) {
    return json::object({{"type", condition.type},
                         {"status", name_of(condition.status)},
                         {"reason", condition.reason},
                         {"message", condition.message},
                         {"observedGeneration", condition.observed_generation},
                         {"lastTransitionTime", condition.last_transition_time}});
}

void set_if_known(json& object, const char* pointer, const std::string& value) {
    if (!value.empty()) {
        object[json::json_pointer(pointer)] = value;
    }
}

}  // namespace

std::string_view name_of(Truth truth) {
    switch (truth) {
        case Truth::no:
            return "False";
        case Truth::yes:
            return "True";
        case Truth::unknown:
            return "Unknown";
    }
    std::abort();
}

const Condition* Status::find(std::string_view type) const {
    for (const Condition& condition : conditions) {
        if (condition.type == type) {
            return &condition;
        }
    }
    return nullptr;
}

bool is_same_memory(Status a, Status b) {
    for (Status* status : {&a, &b}) {
        std::erase_if(status->conditions, [](const Condition& c) { return c.type != condition::kReady; });
        for (Condition& ready : status->conditions) {
            ready.message.clear();
            ready.last_transition_time.clear();
        }
        status->replicas = 0;
        status->ready_replicas = 0;
    }
    return a == b;
}

Status decode_status(const json& object) {
    Status status{.observed_generation = number_at(object, "/status/observedGeneration"),
                  .complete_generation = number_at(object, "/status/completeGeneration"),
                  .conditions = {},
                  .running_version = text_at(object, "/status/version/running"),
                  .target_version = text_at(object, "/status/version/target"),
                  .schema = {.version = text_at(object, "/status/schema/version"),
                             .claim_uid = text_at(object, "/status/schema/claimUID")},
                  .update = update_of(text_at(object, "/status/update/phase")),
                  .database = {.running = footprint_at(object, "/status/database/running"),
                               .refused = footprint_at(object, "/status/database/refused"),
                               .refusal = text_at(object, "/status/database/refusal")},
                  .replicas = number_at<int>(object, "/status/replicas"),
                  .ready_replicas = number_at<int>(object, "/status/readyReplicas"),
                  .selector = text_at(object, "/status/selector"),
                  .api_endpoint = text_at(object, "/status/endpoints/api"),
                  .admin_secret = text_at(object, "/status/adminSecretRef/name")};
    for (const json& condition : kube::list_at(object, "/status/conditions")) {
        status.conditions.push_back(decode_condition(condition));
    }
    return status;
}

json encode(const Status& status) {
    json result = json::object({{"observedGeneration", status.observed_generation},
                                {"conditions", json::array()},
                                {"replicas", status.replicas},
                                {"readyReplicas", status.ready_replicas}});
    for (const Condition& condition : status.conditions) {
        result["conditions"].push_back(encode_condition(condition));
    }
    if (status.complete_generation != 0) {
        result["completeGeneration"] = status.complete_generation;
    }
    set_if_known(result, "/version/running", status.running_version);
    set_if_known(result, "/version/target", status.target_version);
    set_if_known(result, "/schema/version", status.schema.version);
    set_if_known(result, "/schema/claimUID", status.schema.claim_uid);
    for (const auto& [name, update] : kUpdates) {
        set_if_known(result, "/update/phase", status.update == update ? name : "");
    }
    if (status.database.running) {
        result["database"]["running"] = encode(*status.database.running);
    }
    if (status.database.refused) {
        result["database"]["refused"] = encode(*status.database.refused);
    }
    set_if_known(result, "/database/refusal", status.database.refusal);
    set_if_known(result, "/selector", status.selector);
    set_if_known(result, "/endpoints/api", status.api_endpoint);
    set_if_known(result, "/adminSecretRef/name", status.admin_secret);
    return result;
}

}  // namespace crm
