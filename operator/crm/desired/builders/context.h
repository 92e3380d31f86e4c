// What builders need besides the instance.
#pragma once

#include "operator/crm/api/settings.h"

#include <string>

namespace crm {

struct Context {
    Settings settings;
    /// The version that the server's pods run now: not the target while its migration has yet to succeed.
    std::string server_version = {};
    /// Digests of the Secrets that the pods mount.
    std::string database_credentials = {};
    std::string admin_credentials = {};
    /// What the database runs with now: not what is asked for while that fits no node.
    Footprint database = {};
    /// The uid of the claim of the database's volume; empty when it is not known yet.
    std::string claim_uid = {};
};

}  // namespace crm
