// How facts about objects are remembered: as JSON, in which what is as in new facts is left out, since tens
// of thousands of them are kept.
#pragma once

#include "operator/kube/object.h"

#define CRM_WRITE_FACT(Name)             \
    if (!(facts.Name == Facts{}.Name)) { \
        json[#Name] = facts.Name;        \
    }
#define CRM_READ_FACT(Name) facts.Name = json.value(#Name, facts.Name);

/// Makes a structure convertible to kube::json and back, by its members that are named.
#define CRM_FACTS(Type, ...)                                                   \
    inline void to_json(kube::json& json, const Type& facts) {                 \
        using Facts = Type;                                                    \
        json = kube::json::object();                                           \
        NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(CRM_WRITE_FACT, __VA_ARGS__)) \
    }                                                                          \
    inline void from_json(const kube::json& json, Type& facts) {               \
        NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(CRM_READ_FACT, __VA_ARGS__))  \
    }
