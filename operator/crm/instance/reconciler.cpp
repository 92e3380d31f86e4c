#include "operator/crm/instance/reconciler.h"

#include "common/log.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/desired/desired_state.h"
#include "operator/crm/instance/actor.h"
#include "operator/crm/instance/plan.h"
#include "operator/crm/report/causes.h"
#include "operator/crm/report/events.h"

#include <utility>

namespace crm {

using kube::json;

InstanceReconciler::InstanceReconciler(kube::Client& client, Stores& stores, Settings settings,
                                       Environment environment)
    : client_(client),
      stores_(stores),
      settings_(std::move(settings)),
      environment_(std::move(environment)) {}

Result<void> InstanceReconciler::reconcile(const runtime::Run& run) {
    const auto stored = stores_.instances().get(run.key);
    if (!stored) {
        return {};
    }
    const json object = json::parse(stored->fields);
    const Identity identity = decode_identity(object);
    if (identity.deleting) {
        return {};
    }
    Result<Spec> spec = decode_spec(object);
    if (!spec) {
        return refuse(identity, decode_status(object), spec.error());
    }
    return reconcile(CrmInstance{identity, std::move(*spec), decode_status(object)}, run);
}

Result<void> InstanceReconciler::reconcile(const CrmInstance& instance, const runtime::Run& run) {
    const Observed observed = stores_.observe(instance.identity);
    const Passwords generated = generate_missing(instance, observed, environment_.random);
    const auto actions =
        plan(instance.identity, observed, desired_state(instance, observed, generated, settings_));

    const Outcome outcome = act(client_, stores_, run, actions, environment_.give_up);
    if (outcome.interrupted) {
        return tl::unexpected(*outcome.error);
    }
    const Observed afterwards = stores_.observe(instance.identity);
    if (afterwards != observed && outcome.problems.empty()) {
        // The change has queued another run, which tells. That one is not urgent: in a burst, all instances
        // are made before any is told of.
        return {};
    }
    Result<void> reported = report({.identity = instance.identity,
                                    .spec = &instance.spec,
                                    .previous = instance.status,
                                    .observed = afterwards,
                                    .settings = settings_,
                                    .problems = outcome.problems,
                                    .now = environment_.now()});
    if (!reported) {
        return reported;
    }
    if (outcome.error) {
        return tl::unexpected(*outcome.error);
    }
    return {};
}

/// Nothing is changed for a spec that makes no sense; what runs goes on running.
Result<void> InstanceReconciler::refuse(const Identity& identity, const Status& previous,
                                        const Error& invalid) {
    const Observed observed = stores_.observe(identity);
    return report({.identity = identity,
                   .spec = nullptr,
                   .previous = previous,
                   .observed = observed,
                   .settings = settings_,
                   .problems = {{reason::kInvalidSpec,
                                 explain({.reason = reason::kInvalidSpec, .words = invalid.message})}},
                   .now = environment_.now()});
}

/// The status first: nothing about an Event, which may be refused or take its time, keeps it from being told.
Result<void> InstanceReconciler::report(const StatusInput& input) {
    const Status next = status(input);
    if (next == input.previous) {
        return {};
    }
    Result<void> written = write_status(input.identity, next);
    if (written) {
        tell(input.identity, input.previous, next);
    }
    return written;
}

void InstanceReconciler::tell(const Identity& identity, const Status& before, const Status& after) {
    for (const json& event : events(identity, before, after, environment_.now())) {
        const auto created = client_.create(kEvent, event, environment_.give_up);
        if (!created && created.error().kind != ErrorKind::conflict) {
            common::log::warning("Could not create Event", {{"namespace", identity.key.ns},
                                                            {"instance", identity.key.name},
                                                            {"error", created.error().message}});
        }
    }
}

Result<void> InstanceReconciler::write_status(const Identity& identity, const Status& status) {
    const json object = json::object(
        {{"apiVersion", kCrmInstance.api_version()},
         {"kind", kCrmInstance.kind},
         {"metadata", json::object({{"name", identity.key.name}, {"namespace", identity.key.ns}})},
         {"status", encode(status)}});
    const auto written =
        client_.apply(kCrmInstance, object, {.force = true, .subresource = kube::Subresource::status},
                      environment_.give_up);
    if (!written && written.error().kind == ErrorKind::not_found) {
        return {};  // deleted meanwhile
    }
    if (!written) {
        return tl::unexpected(written.error());
    }
    stores_.instances().observe_write(*written);
    return {};
}

}  // namespace crm
