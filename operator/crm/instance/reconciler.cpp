#include "operator/crm/instance/reconciler.h"

#include "common/log.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/size.h"
#include "operator/crm/desired/desired_state.h"
#include "operator/crm/instance/actor.h"
#include "operator/crm/instance/fit.h"
#include "operator/crm/instance/lost_pod.h"
#include "operator/crm/instance/plan.h"
#include "operator/crm/report/causes.h"
#include "operator/crm/report/database_status.h"
#include "operator/crm/report/events.h"
#include "operator/runtime/write_budget.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace crm {

using kube::json;

namespace {

/// Whether all that the spec, as it is now, wants to run does, so that a change would disturb it. What is in
/// the way besides, such as a Service that somebody fights over, does not make it less of a loss.
bool runs_undisturbed(const CrmInstance& instance, const Observed& observed) {
    const auto server = observed.rollout(kDeployment, server_name(instance.name()));
    return server && server->complete() && server->wanted == instance.spec.replicas &&
           is_database_complete(observed, instance.name());
}

/// Whether the spec, as it is now, was carried out once, so that no person has asked for what changes now.
bool was_carried_out(const CrmInstance& instance) {
    if (instance.status.complete_generation != 0) {
        return instance.status.complete_generation == instance.identity.generation;
    }
    // Last told of by an operator that did not remember it.
    const Condition* ready = instance.status.find(condition::kReady);
    return ready != nullptr && ready->observed_generation == instance.identity.generation &&
           ready->status == Truth::yes;
}

/// The budget of writes is there for the fights that no other cause explains.
Problem throttled(const kube::ObjectKey& key) {
    return {
        reason::kWritesThrottled,
        explain({.reason = reason::kWritesThrottled,
                 .what = fmt::format("kubectl -n {} get deployment,statefulset,service,job,secret -l {}={} "
                                     "-o yaml --show-managed-fields",
                                     key.ns, kInstanceLabel, key.name),
                 .words = fmt::format("{} times a minute", runtime::WriteBudget::kWritesAMinute)})};
}

}  // namespace

InstanceReconciler::InstanceReconciler(Stores& stores, Settings settings, Environment environment)
    : stores_(stores),
      settings_(std::move(settings)),
      environment_(std::move(environment)),
      disruptions_(environment_.max_disruptions, environment_.wake) {}

Result<void> InstanceReconciler::reconcile(const runtime::Run& run) {
    const auto stored = stores_.instances().get(run.key);
    if (!stored) {
        disruptions_.end(run.key);
        patience_.forget(run.key);
        stores_.forget(run.key);
        return {};
    }
    const json& object = stored->fields;
    const Identity identity = decode_identity(object);
    if (identity.deleting) {
        disruptions_.end(run.key);
        patience_.forget(run.key);
        return {};
    }
    Result<Spec> spec = decode_spec(object);
    if (!spec) {
        return refuse(identity, decode_status(object), spec.error(), run.client);
    }
    return reconcile(CrmInstance{identity, std::move(*spec), decode_status(object)}, run);
}

Result<void> InstanceReconciler::reconcile(const CrmInstance& instance, const runtime::Run& run) {
    const auto observe = [&] { return stores_.observe(instance.identity, instance.status.schema.claim_uid); };
    const Observed observed = observe();
    const Result<std::string> refused = refusal(instance, observed, run.client);
    if (!refused) {
        return tl::unexpected(refused.error());
    }
    const Intention intended = intend(instance, observed);
    const auto report_on = [&](const Observed& world, const std::vector<Problem>& problems) {
        return report({.identity = instance.identity,
                       .spec = &instance.spec,
                       .previous = instance.status,
                       .observed = world,
                       .settings = settings_,
                       .problems = problems,
                       .update = intended.update,
                       .is_changing = intended.is_changing,
                       .refusal = *refused,
                       .now = environment_.now()},
                      run.client);
    };
    const bool begins = intended.update == Update::running && instance.status.update != Update::running;
    if (begins || !refused->empty()) {
        // Told before anything is written, so that it is known after a crash. That queues another run.
        return report_on(observed, {});
    }
    const Outcome outcome =
        act({.client = run.client,
             .stores = stores_,
             .contests = contests_,
             .instance = instance.identity.uid,
             .clock = environment_.clock,
             .is_told = instance.status.observed_generation == instance.identity.generation,
             // What cannot be told now is told with the rest.
             .tell = [&](const std::vector<Problem>& problems) { (void)report_on(observed, problems); },
             .stop = environment_.give_up},
            run, intended.actions);
    std::vector<Problem> problems = outcome.problems;
    if (run.throttled()) {
        problems.push_back(throttled(instance.identity.key));
    } else if (outcome.interrupted) {
        return tl::unexpected(*outcome.error);
    }
    const Observed afterwards = observe();
    if (afterwards != observed && problems.empty()) {
        // The change has queued another run, which tells. That one is not urgent: in a burst, all instances
        // are made before any is told of.
        return {};
    }
    Result<void> reported = report_on(afterwards, problems);
    if (!reported) {
        return reported;
    }
    if (outcome.error) {
        return tl::unexpected(*outcome.error);
    }
    return {};
}

InstanceReconciler::Intention InstanceReconciler::intend(const CrmInstance& instance,
                                                         const Observed& observed) {
    const Passwords generated = generate_missing(instance, observed, environment_.random);
    const auto desired = desired_state(instance, observed, generated, settings_);
    Intention result{.actions = plan(instance.identity, observed, desired)};
    result.is_changing = has_new_wish(observed, desired) ||
                         instance.status.schema.version != target_version(instance.spec, settings_);
    // Other credentials wait for nobody: those of the Secret work only when they have arrived.
    result.update =
        take_turn(instance, observed, result.is_changing && !has_other_credentials(observed, desired));
    if (result.update == Update::waiting) {
        std::erase_if(result.actions, is_disruptive);
    }
    if (const auto left = time_until_lost(instance, observed, environment_.now())) {
        if (left->count() > 0) {
            environment_.wake_later(instance.identity.key, *left);
        } else {
            result.actions.push_back(look_for_pod(instance));
        }
    }
    return result;
}

/// Why what is asked for the database has turned out to fit no node; empty when it has not.
Result<std::string> InstanceReconciler::refusal(const CrmInstance& instance, const Observed& observed,
                                                kube::Client& client) {
    if (!is_about_to_grow(instance, observed)) {
        const auto patience = environment_.nodes_on_demand ? kTimeForANewNode : kTimeForANode;
        const auto pod = stranded(instance, observed, patience, environment_.now());
        if (pod && pod->left.count() > 0) {
            environment_.wake_later(instance.identity.key, pod->left);
            return std::string{};
        }
        return pod ? pod->why : std::string{};
    }
    if (environment_.nodes_on_demand) {
        return std::string{};
    }
    const auto all = nodes(client);
    if (!all && all.error().kind == ErrorKind::forbidden) {
        return std::string{};  // the operator of one namespace sees no nodes
    }
    if (!all) {
        return tl::unexpected(all.error());
    }
    return why_no_node_fits(database_footprint_to_run(instance), *all);
}

/// They are asked for when they are needed, and not watched: they change all the time.
Result<std::vector<json>> InstanceReconciler::nodes(kube::Client& client) {
    std::vector<json> result;
    std::string next;
    do {
        auto page = client.list(kNode, {}, 100, next, environment_.give_up);
        if (!page) {
            return tl::unexpected(page.error());
        }
        std::move(page->items.begin(), page->items.end(), std::back_inserter(result));
        next = page->continue_token;
    } while (!next.empty());
    return result;
}

/// A change that no person asked for waits for its turn, unless nothing can be disrupted: what does not run
/// is not made worse, and what a person has just asked for is under way already.
Update InstanceReconciler::take_turn(const CrmInstance& instance, const Observed& observed,
                                     bool is_changing) {
    std::call_once(resumed_, [&] {
        for (const kube::ObjectKey& key : stores_.instances().owners()) {
            const auto stored = stores_.instances().get(key);
            if (stored && decode_status(stored->fields).update == Update::running) {
                disruptions_.resume(key);
            }
        }
    });
    if (instance.status.update == Update::running) {
        return Update::running;
    }
    if (!is_changing || !was_carried_out(instance) || !runs_undisturbed(instance, observed)) {
        return Update::none;
    }
    return disruptions_.begin(instance.identity.key) ? Update::running : Update::waiting;
}

/// Nothing is changed for a spec that makes no sense; what runs goes on running.
Result<void> InstanceReconciler::refuse(const Identity& identity, const Status& previous,
                                        const Error& invalid, kube::Client& client) {
    const Observed observed = stores_.observe(identity);
    return report({.identity = identity,
                   .spec = nullptr,
                   .previous = previous,
                   .observed = observed,
                   .settings = settings_,
                   .problems = {{reason::kInvalidSpec,
                                 explain({.reason = reason::kInvalidSpec, .words = invalid.message})}},
                   .now = environment_.now()},
                  client);
}

/// The status first: nothing about an Event, which may be refused or take its time, keeps it from being told.
Result<void> InstanceReconciler::report(StatusInput input, kube::Client& client) {
    const kube::ObjectKey& key = input.identity.key;
    auto judgement = patience_.judge(key, diagnose(key, input.observed, unfinished(input)), input.previous,
                                     environment_.clock());
    if (judgement.ask_again_in) {
        environment_.wake_later(key, *judgement.ask_again_in);
    }
    input.findings = std::move(judgement.told);
    const Status next = status(input);
    if (next != input.previous) {
        if (auto written = write_status(input, next, client); !written) {
            return written;
        }
        tell(input.identity, input.previous, next, client);
    }
    if (next.update == Update::none) {
        disruptions_.end(input.identity.key);
    }
    return {};
}

void InstanceReconciler::tell(const Identity& identity, const Status& before, const Status& after,
                              kube::Client& client) {
    for (const json& event : events(identity, before, after, environment_.now())) {
        const auto created = client.create(kEvent, event, {}, environment_.give_up);
        if (!created && created.error().kind != ErrorKind::conflict) {
            common::log::warning("Could not create Event", {{"namespace", identity.key.ns},
                                                            {"instance", identity.key.name},
                                                            {"error", created.error().message}});
        }
    }
}

Result<void> InstanceReconciler::write_status(const StatusInput& input, const Status& status,
                                              kube::Client& client) {
    const Identity& identity = input.identity;
    const json object = json::object(
        {{"apiVersion", kCrmInstance.api_version()},
         {"kind", kCrmInstance.kind},
         {"metadata", json::object({{"name", identity.key.name}, {"namespace", identity.key.ns}})},
         {"status", encode(status)}});
    const auto written =
        client.apply(kCrmInstance, object, {.force = true, .subresource = kube::Subresource::status},
                     environment_.give_up);
    if (!written && written.error().kind == ErrorKind::not_found) {
        return {};  // deleted meanwhile
    }
    if (!written) {
        return tl::unexpected(written.error());
    }
    if (is_same_memory(input.previous, status)) {
        stores_.instances().remember_write(*written);
    } else {
        stores_.instances().observe_write(*written);
    }
    return {};
}

}  // namespace crm
