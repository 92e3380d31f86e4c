// What spec.size means: requests and limits of the server and of the database, and the PostgreSQL settings
// that belong to them.
//
// A tenant of size small asks for 100m CPU and 192Mi in all, so that a node of 8 GiB holds some forty.
// The settings follow the memory limit: a quarter of it for shared buffers, three quarters as what the
// kernel may cache. They stay those of the size when spec.resources replaces single values.
#pragma once

#include "operator/crm/api/crm_instance.h"

#include <array>
#include <cstdlib>
#include <string_view>

namespace crm {

struct Preset {
    std::string_view cpu_request;
    std::string_view cpu_limit;
    std::string_view memory_request;
    std::string_view memory_limit;
};

struct SizePreset {
    Preset server;
    Preset database;
    std::array<std::string_view, 5> postgres_settings;
};

inline constexpr SizePreset kSmall{
    .server = {"50m", "500m", "64Mi", "128Mi"},
    .database = {"50m", "1", "128Mi", "256Mi"},
    .postgres_settings = {"max_connections=110", "shared_buffers=64MB", "effective_cache_size=192MB",
                          "work_mem=1MB", "maintenance_work_mem=32MB"}};

inline constexpr SizePreset kMedium{
    .server = {"250m", "2", "128Mi", "256Mi"},
    .database = {"500m", "2", "1Gi", "2Gi"},
    .postgres_settings = {"max_connections=120", "shared_buffers=512MB", "effective_cache_size=1536MB",
                          "work_mem=4MB", "maintenance_work_mem=128MB"}};

inline constexpr SizePreset kLarge{
    .server = {"1", "4", "256Mi", "512Mi"},
    .database = {"2", "8", "8Gi", "16Gi"},
    .postgres_settings = {"max_connections=240", "shared_buffers=4GB", "effective_cache_size=12GB",
                          "work_mem=16MB", "maintenance_work_mem=512MB"}};

constexpr const SizePreset& preset_of(Size size) {
    switch (size) {
        case Size::small:
            return kSmall;
        case Size::medium:
            return kMedium;
        case Size::large:
            return kLarge;
    }
    std::abort();
}

/// What the spec asks for the database.
Footprint database_footprint(const Spec& spec);
/// What the database should run with now: what ran before, if what is asked for turned out to fit nowhere.
Footprint database_footprint_to_run(const CrmInstance& instance);

}  // namespace crm
