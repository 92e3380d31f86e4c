#include "operator/crm/instance/actor.h"

#include "common/log.h"
#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/instance/restoration.h"
#include "operator/crm/instance/trial.h"
#include "operator/crm/observed/drift.h"
#include "operator/crm/observed/rollout.h"
#include "operator/crm/report/causes.h"
#include "operator/kube/difference.h"
#include "operator/kube/field_ownership.h"
#include "operator/kube/json_fields.h"
#include "operator/runtime/adaptive_concurrency.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace crm {
namespace {

using kube::json;

std::string name_of(const Action& action) {
    return fmt::format("{} {}", action.kind.kind, action.key.name);
}

/// Whether pods are made of it for which a running one is worth a restart.
bool makes_other_pods(const json& stateful_set, const json& before) {
    return rollout_of(stateful_set).template_digest != rollout_of(before).template_digest;
}

class Actor {
  public:
    Actor(const Hands& hands, const runtime::Run& run) : hands_(hands), run_(run) {}

    /// Whether something was written; not, when it turned out to be right or has to wait.
    Result<bool> perform(const Action& action) {
        putting_right_.clear();
        subject_ = name_of(action);
        switch (action.verb) {
            case Verb::create:
                return create(action);
            case Verb::apply:
                return action.restores ? look_and_restore(action) : apply(action);
            case Verb::adopt:
                return adopt(action);
            case Verb::patch:
                return patch(action);
            case Verb::release:
                return release(action);
            case Verb::restart:
                return restart(action);
            case Verb::remove:
                return remove(action);
        }
        std::abort();
    }

    /// What was refused by the action that failed last.
    const std::string& subject() const { return subject_; }

  private:
    Result<bool> create(const Action& action) {
        if (!may_put_right(action, {{}})) {
            return false;
        }
        Result<json> created = hands_.client.create(action.kind, action.object, {}, hands_.stop);
        if (!created && created.error().kind == ErrorKind::conflict) {
            return take_back(action, created.error());
        }
        return observed(action, std::move(created));
    }

    /// With force, a conflict is not about fields: the object is not the one of the plan any more.
    Result<bool> apply(const Action& action) {
        if (!action.force && !may_put_right(action, {{}})) {
            return false;
        }
        Result<json> written = hands_.client.apply(
            action.kind, action.object, {.force = action.force, .manager = action.manager}, hands_.stop);
        if (!written && written.error().kind == ErrorKind::conflict) {
            return action.force ? fail(ErrorKind::expired, written.error().message)
                                : take_back(action, written.error());
        }
        return action.manager == kube::kFieldManager ? applied(action, std::move(written))
                                                     : observed(action, std::move(written));
    }

    /// Nothing is overwritten unseen: what is live decides what has to be written, if anything.
    Result<bool> look_and_restore(const Action& action) {
        const Result<json> live = find(action);
        if (!live) {
            return tl::unexpected(live.error());
        }
        if (kube::uid_of(*live) != action.uid) {
            return fail(ErrorKind::expired,
                        fmt::format("{} is another one: planning again", name_of(action)));
        }
        if (auto there = check_owner(action.object, *live); !there) {
            return tl::unexpected(std::move(there.error()));
        }
        const json wanted = with_fixed_fields(action.kind, action.object, *live);
        if (live_digest(action.kind, *live) == wanted_digest(action.kind, wanted)) {
            hands_.stores.observe_apply(action.kind, action.object, *live);
            return false;
        }
        if (!may_put_right(action, kube::differences(*live, wanted))) {
            return false;
        }
        if (action.kind == kStatefulSet && makes_other_pods(wanted, *live)) {
            if (auto tried = try_successor(wanted, action.uid); !tried) {
                return tl::unexpected(std::move(tried.error()));
            }
        }
        return applied(action, restore(hands_.client, action.kind, *live, wanted, hands_.stop));
    }

    /// What the status does not speak of yet is a new wish, and nobody's contest.
    bool may_put_right(const Action& action, std::vector<kube::Difference> differences) {
        if (!hands_.is_told) {
            return true;
        }
        putting_right_ = std::move(differences);
        return hands_.contests.may_put_right(hands_.instance, name_of(action), putting_right_,
                                             hands_.clock());
    }

    /// The object exists although the store does not know it. If the operator made it, the store is behind
    /// or somebody changed the labels: they are written again, and the plan, which was about a new object,
    /// has to be made again. If not, it is in the way.
    Result<bool> take_back(const Action& action, const Error& conflict) {
        const Result<json> live = find(action);
        if (!live) {
            return tl::unexpected(live.error());
        }
        if (live->is_null()) {
            return fail(ErrorKind::expired, "what was in the way is gone: planning again");
        }
        if (!kube::is_written_by(*live, kube::kCreateFieldManager) &&
            !kube::is_written_by(*live, kube::kFieldManager)) {
            return tl::unexpected(conflict);
        }
        if (auto there = check_owner(action.taken_back, *live); !there) {
            return tl::unexpected(std::move(there.error()));
        }
        Result<bool> taken =
            observed(action, restore(hands_.client, action.kind, *live,
                                     with_fixed_fields(action.kind, action.taken_back, *live), hands_.stop));
        if (!taken) {
            return taken;
        }
        return fail(ErrorKind::expired, fmt::format("{} exists already: planning again", name_of(action)));
    }

    /// Applies to the object of the name, whoever made it, if there is one.
    Result<bool> adopt(const Action& action) {
        const Result<json> live = find(action);
        if (!live) {
            return tl::unexpected(live.error());
        }
        if (live->is_null() || (action.kind == kPod && !is_left_alone(*live))) {
            return false;
        }
        if (auto there = check_owner(action.object, *live); !there) {
            return tl::unexpected(std::move(there.error()));
        }
        json object = action.object;
        object["metadata"]["uid"] = kube::uid_of(*live);
        Result<json> written = hands_.client.apply(action.kind, object, {.force = true}, hands_.stop);
        return action.kind == kPod ? observed(action, std::move(written))
                                   : applied(action, std::move(written));
    }

    /// Whether it is a pod of our making that nobody controls any more. A namesake of another's is not ours.
    static bool is_left_alone(const json& pod) {
        return !kube::object_at(pod, "/metadata/annotations").value(kTemplateDigest, "").empty() &&
               std::ranges::none_of(kube::list_at(pod, "/metadata/ownerReferences"),
                                    [](const json& owner) { return owner.value("controller", false); });
    }

    /// What has lost its owner may have been orphaned, and the store may not know yet that the instance is
    /// being deleted: it would be deleted after all, with the data, if it were given back.
    Result<void> check_owner(const json& wanted, const json& live) {
        const std::string owner = uid_of_owner(wanted);
        if (owner.empty() || owner == uid_of_owner(live)) {
            return {};
        }
        const Result<json> instance = find(kCrmInstance, run_.key);
        if (!instance) {
            return tl::unexpected(instance.error());
        }
        const bool there =
            !instance->is_null() && kube::uid_of(*instance) == owner && !decode_identity(*instance).deleting;
        return there ? Result<void>()
                     : fail(ErrorKind::expired,
                            fmt::format("CrmInstance {} is no more: planning again", run_.key.name));
    }

    static std::string uid_of_owner(const json& object) {
        for (const json& owner : object["metadata"].value("ownerReferences", json::array())) {
            if (owner.value("kind", "") == kCrmInstance.kind) {
                return owner.value("uid", "");
            }
        }
        return {};
    }

    Result<json> find(const Action& action) { return find(action.kind, action.key); }

    /// As it is now, from the API server; null when there is none.
    Result<json> find(const kube::Kind& kind, const kube::ObjectKey& key) {
        auto page = hands_.client.list(kind, {.ns = key.ns, .name = key.name}, 1, {}, hands_.stop);
        if (!page) {
            return tl::unexpected(page.error());
        }
        return page->items.empty() ? json() : std::move(page->items.front());
    }

    /// What has changed since it was seen is planned again.
    Result<bool> patch(const Action& action) {
        const kube::PatchOptions options{.uid = action.uid, .resource_version = action.resource_version};
        Result<json> patched =
            hands_.client.patch(action.kind, action.key, action.object, options, hands_.stop);
        if (!patched &&
            (patched.error().kind == ErrorKind::not_found || patched.error().kind == ErrorKind::conflict)) {
            return fail(ErrorKind::expired, patched.error().message);
        }
        return observed(action, std::move(patched));
    }

    /// What keeps its earlier templates comes over with its pods: it is what still owns these, or would be
    /// left for ever.
    Result<bool> release(const Action& action) {
        const kube::Kind& history = action.kind == kDeployment ? kReplicaSet : kControllerRevision;
        const std::string label(kInstanceLabel);
        const std::string selector = label + "=" + action.object[label].get<std::string>();
        auto page = hands_.client.list(history, {.ns = action.key.ns, .label_selector = selector}, 100, {},
                                       hands_.stop);
        if (!page) {
            return tl::unexpected(page.error());
        }
        const json labels = json::object({{"metadata", json::object({{"labels", action.object}})}});
        for (const json& item : page->items) {
            if (!is_owned_by(item, action.uid)) {
                continue;
            }
            const auto patched = hands_.client.patch(history, kube::key_of(item), labels,
                                                     {.uid = kube::uid_of(item)}, hands_.stop);
            if (!patched && patched.error().kind != ErrorKind::not_found) {
                return tl::unexpected(patched.error());
            }
        }
        return remove(action, kube::Dependents::orphan);
    }

    static bool is_owned_by(const json& object, const std::string& uid) {
        return std::ranges::any_of(kube::list_at(object, "/metadata/ownerReferences"),
                                   [&](const json& owner) { return kube::text_at(owner, "/uid") == uid; });
    }

    /// What nobody lets be made again is not deleted.
    Result<bool> restart(const Action& action) {
        const Result<json> workload = find(kStatefulSet, {action.key.ns, database_name(run_.key.name)});
        if (!workload) {
            return tl::unexpected(workload.error());
        }
        if (workload->is_null()) {
            return fail(ErrorKind::expired, "what would make the pod again is gone: planning again");
        }
        return try_successor(*workload, kube::uid_of(*workload)).and_then([&] { return remove(action); });
    }

    /// Tried before a template is written, too: the pod may end by itself at any time, and is then made from
    /// it. Quotas are asked last: whoever else could refuse it has let it pass by then. They still count the
    /// pod that is to go.
    Result<void> try_successor(const json& stateful_set, const std::string& uid) {
        const kube::ObjectKey pod{run_.key.ns, database_pod_name(run_.key.name)};
        const auto tried = hands_.client.create(kPod, successor(stateful_set, uid, pod.name),
                                                {.dry_run = true}, hands_.stop);
        if (tried || refuses_dry_runs(tried.error().message)) {
            return {};
        }
        if (const auto shortages = shortages_of(tried.error().message); !shortages.empty()) {
            const Result<json> running = find(kPod, pod);
            if (!running) {
                return tl::unexpected(running.error());
            }
            if (has_room_in_place_of(*running, shortages)) {
                return {};
            }
        }
        subject_ = fmt::format("the successor of {} {}", kPod.kind, pod.name);
        return tl::unexpected(tried.error());
    }

    /// Gone, or replaced by a namesake: what was to be deleted is no more.
    Result<bool> remove(const Action& action, kube::Dependents dependents = kube::Dependents::collect) {
        Result<void> removed = hands_.client.remove(
            action.kind, action.key, {.uid = action.uid, .dependents = dependents}, hands_.stop);
        if (!removed && removed.error().kind != ErrorKind::not_found &&
            removed.error().kind != ErrorKind::conflict) {
            return tl::unexpected(std::move(removed.error()));
        }
        return true;
    }

    Result<bool> observed(const Action& action, Result<json> written) {
        if (!written) {
            return tl::unexpected(std::move(written.error()));
        }
        hands_.stores.observe_write(action.kind, *written);
        remember(action);
        return true;
    }

    Result<bool> applied(const Action& action, Result<json> written) {
        if (!written) {
            return tl::unexpected(std::move(written.error()));
        }
        hands_.stores.observe_apply(action.kind, action.object, *written);
        remember(action);
        return true;
    }

    void remember(const Action& action) {
        hands_.contests.remember(hands_.instance, name_of(action), putting_right_, hands_.clock());
    }

    const Hands& hands_;
    const runtime::Run& run_;
    std::vector<kube::Difference> putting_right_;  // by the action that is performed
    std::string subject_;
};

/// A webhook that does not answer keeps every write waiting for its time-out.
constexpr std::chrono::seconds kLong{5};

/// One webhook that is down is no trouble of the API server, which others would have to go slower for.
Error refused(Error error) {
    return runtime::AdaptiveConcurrency::is_overload(error.kind)
               ? Error{ErrorKind::forbidden, std::move(error.message)}
               : std::move(error);
}

void log(const runtime::Run& run, const Action& action) {
    common::log::info("Wrote object", {{"namespace", run.key.ns},
                                       {"instance", run.key.name},
                                       {"reconcile", run.id},
                                       {"verb", name_of(action.verb)},
                                       {"kind", action.kind.kind},
                                       {"object", action.key.name}});
}

/// What is contested has to wait, and is tried again when its pause is over.
void tell_of_contests(const std::vector<Contest>& contests, Outcome& outcome) {
    for (const Contest& contest : contests) {
        const char* why = contest.field.empty() ? reason::kDeletedAgain : reason::kFieldsContested;
        const std::string by = contest.manager.empty() ? "somebody" : contest.manager;
        outcome.problems.push_back(
            {why, explain({.reason = why, .what = contest.object, .by = by, .words = contest.field})});
        if (!outcome.error) {
            outcome.error = Error{ErrorKind::conflict,
                                  fmt::format("{} is contested by {}", contest.object, by), contest.pause};
        }
    }
}

}  // namespace

Outcome act(const Hands& hands, const runtime::Run& run, const std::vector<Action>& actions) {
    Actor actor(hands, run);
    Outcome outcome;
    const runtime::TimePoint begin = hands.clock();
    bool told = false;
    for (const Action& action : actions) {
        const Result<bool> wrote = actor.perform(action);
        if (wrote) {
            if (*wrote) {
                log(run, action);
            }
            continue;
        }
        const auto problem = problem_of(actor.subject(), wrote.error());
        if (!outcome.error) {
            outcome.error = problem ? refused(wrote.error()) : wrote.error();
        }
        if (!problem) {
            outcome.interrupted = true;
            return outcome;
        }
        outcome.problems.push_back(*problem);
        if (!told && hands.clock() - begin > kLong) {
            told = true;
            hands.tell(outcome.problems);
        }
        if (action.kind == kSecret || action.kind == kServiceAccount) {
            break;  // no pod after it could start
        }
    }
    tell_of_contests(hands.contests.of(hands.instance, hands.clock()), outcome);
    return outcome;
}

}  // namespace crm
