// What the operator itself is configured with: the images that instances run, and what the platform wants.
#pragma once

#include "operator/crm/api/crm_instance.h"

#include <string>

namespace crm {

struct Settings {
    std::string server_repository;  // without a tag: "crm-operator.dev/crm-server"
    std::string postgres_image;     // with its tag
    std::string version;            // of this operator, and of the server an instance has by default
    /// The platform chooses the user and groups of pods: they name none.
    bool platform_user_ids = false;
};

/// The version of the server that a spec asks for; the image itself for a build of one's own.
inline std::string target_version(const Spec& spec, const Settings& settings) {
    return spec.image.value_or(spec.version.value_or(settings.version));
}

/// The image of a version; a build of one's own is its own version.
inline std::string image_of(const std::string& version, const Settings& settings) {
    const bool released = !version.empty() && version[0] >= '0' && version[0] <= '9' &&
                          version.find_first_of("/:@") == std::string::npos;
    return released ? settings.server_repository + ":" + version : version;
}

/// The image of the server that a spec asks for.
inline std::string target_image(const Spec& spec, const Settings& settings) {
    return image_of(target_version(spec, settings), settings);
}

}  // namespace crm
