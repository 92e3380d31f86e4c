#include "operator/crm/instance/restoration.h"

#include "operator/crm/api/kinds.h"
#include "operator/kube/healing.h"

#include <array>
#include <vector>

namespace crm {
namespace {

using kube::json;

struct FixedFields {
    const kube::Kind& kind;
    std::vector<const char*> fields;
};
const std::array<FixedFields, 2> kFixedFields{
    {{kDeployment, {"/spec/selector"}},
     {kStatefulSet,
      {"/spec/selector", "/spec/serviceName", "/spec/podManagementPolicy", "/spec/volumeClaimTemplates"}}}};

Result<json> patch(kube::Client& client, const kube::Kind& kind, const json& live, const json& changes,
                   const std::stop_token& stop) {
    return client.patch(kind, kube::key_of(live), changes,
                        {.uid = kube::uid_of(live), .resource_version = kube::resource_version_of(live)},
                        stop);
}

Result<json> heal_and_apply(kube::Client& client, const kube::Kind& kind, const json& live,
                            const json& manifest, kube::Healing how, const std::stop_token& stop) {
    if (const json changes = kube::healing(live, manifest, how); !changes.is_null()) {
        if (auto patched = patch(client, kind, live, changes, stop); !patched) {
            return patched;
        }
    } else if (how == kube::Healing::strict) {
        return fail(ErrorKind::invalid, "there is nothing to take away");
    }
    // To nothing but the object that was seen: when it is gone, none is made of what was meant for it.
    json addressed = manifest;
    addressed["metadata"]["uid"] = kube::uid_of(live);
    return client.apply(kind, addressed, {.force = true}, stop);
}

}  // namespace

json with_fixed_fields(const kube::Kind& kind, json manifest, const json& live) {
    for (const FixedFields& fixed : kFixedFields) {
        if (fixed.kind != kind) {
            continue;
        }
        for (const char* field : fixed.fields) {
            if (const json::json_pointer at(field); live.contains(at)) {
                manifest[at] = live[at];
            }
        }
    }
    return manifest;
}

Result<json> restore(kube::Client& client, const kube::Kind& kind, const json& live, const json& manifest,
                     const std::stop_token& stop) {
    auto written = heal_and_apply(client, kind, live, manifest, kube::Healing::remnants, stop);
    if (!written && written.error().kind == ErrorKind::invalid) {
        // What others added may be what it is refused for.
        auto strictly = heal_and_apply(client, kind, live, manifest, kube::Healing::strict, stop);
        if (strictly || strictly.error().kind != ErrorKind::invalid) {
            written = std::move(strictly);
        }
    }
    if (!written) {
        return written.error().kind == ErrorKind::conflict ? fail(ErrorKind::expired, written.error().message)
                                                           : written;
    }
    if (const json changes = kube::giving_up_patched_fields(*written); !changes.is_null()) {
        if (auto given_up = patch(client, kind, *written, changes, stop)) {
            return given_up;
        }
        // The next time it is restored.
    }
    return written;
}

}  // namespace crm
