#include "operator/crm/instance/actor.h"

#include "common/log.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/kube/field_ownership.h"
#include "operator/runtime/adaptive_concurrency.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace crm {
namespace {

using kube::json;

class Actor {
  public:
    Actor(kube::Client& client, Stores& stores, std::stop_token stop)
        : client_(client), stores_(stores), stop_(std::move(stop)) {}

    Result<void> perform(const Action& action) {
        switch (action.verb) {
            case Verb::create:
                return create(action);
            case Verb::apply:
                return apply(action);
            case Verb::adopt:
                return adopt(action);
            case Verb::patch:
                return patch(action);
            case Verb::release:
                return release(action);
            case Verb::remove:
                return remove(action);
        }
        std::abort();
    }

  private:
    Result<void> create(const Action& action) {
        Result<json> created = client_.create(action.kind, action.object, stop_);
        if (!created && created.error().kind == ErrorKind::conflict) {
            return take_back(action, created.error());
        }
        return observed(action, std::move(created));
    }

    /// With force, a conflict is not about fields: the object is not the one of the plan any more.
    Result<void> apply(const Action& action) {
        Result<json> written = client_.apply(action.kind, action.object,
                                             {.force = action.force, .manager = action.manager}, stop_);
        if (!written && written.error().kind == ErrorKind::conflict) {
            return action.force ? fail(ErrorKind::expired, written.error().message)
                                : take_back(action, written.error());
        }
        return observed(action, std::move(written));
    }

    /// The object exists although the store does not know it. If the operator made it, the store is behind
    /// or somebody changed the labels: they are written again, and the plan, which was about a new object,
    /// has to be made again. If not, it is in the way.
    Result<void> take_back(const Action& action, const Error& conflict) {
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
        Result<void> taken =
            observed(action, client_.apply(action.kind, action.taken_back, {.force = true}, stop_));
        if (!taken) {
            return taken;
        }
        return fail(ErrorKind::expired,
                    fmt::format("{} {} exists already: planning again", action.kind.kind, action.key.name));
    }

    /// Applies to the object of the name, whoever made it, if there is one.
    Result<void> adopt(const Action& action) {
        const Result<json> live = find(action);
        if (!live) {
            return tl::unexpected(live.error());
        }
        if (live->is_null()) {
            return {};
        }
        json object = action.object;
        object["metadata"]["uid"] = kube::uid_of(*live);
        return observed(action, client_.apply(action.kind, object, {.force = true}, stop_));
    }

    /// As it is now, from the API server; null when there is none.
    Result<json> find(const Action& action) {
        auto page = client_.list(action.kind, {.ns = action.key.ns, .name = action.key.name}, 1, {}, stop_);
        if (!page) {
            return tl::unexpected(page.error());
        }
        return page->items.empty() ? json() : std::move(page->items.front());
    }

    /// What has changed since it was seen is planned again.
    Result<void> patch(const Action& action) {
        const kube::PatchOptions options{.uid = action.uid, .resource_version = action.resource_version};
        Result<json> patched = client_.patch(action.kind, action.key, action.object, options, stop_);
        if (!patched &&
            (patched.error().kind == ErrorKind::not_found || patched.error().kind == ErrorKind::conflict)) {
            return fail(ErrorKind::expired, patched.error().message);
        }
        return observed(action, std::move(patched));
    }

    /// What keeps its earlier templates comes over with its pods: it is what still owns these, or would be
    /// left for ever.
    Result<void> release(const Action& action) {
        const kube::Kind& history = action.kind == kDeployment ? kReplicaSet : kControllerRevision;
        const std::string label(kInstanceLabel);
        const std::string selector = label + "=" + action.object[label].get<std::string>();
        auto page = client_.list(history, {.ns = action.key.ns, .label_selector = selector}, 100, {}, stop_);
        if (!page) {
            return tl::unexpected(page.error());
        }
        const json labels = json::object({{"metadata", json::object({{"labels", action.object}})}});
        for (const json& item : page->items) {
            if (!is_controlled_by(item, action.uid)) {
                continue;
            }
            const auto patched =
                client_.patch(history, kube::key_of(item), labels, {.uid = kube::uid_of(item)}, stop_);
            if (!patched && patched.error().kind != ErrorKind::not_found) {
                return tl::unexpected(patched.error());
            }
        }
        return remove(action, kube::Dependents::orphan);
    }

    static bool is_controlled_by(const json& object, const std::string& uid) {
        const json owners = object["metadata"].value("ownerReferences", json::array());
        return std::any_of(owners.begin(), owners.end(),
                           [&](const json& owner) { return owner.value("uid", "") == uid; });
    }

    /// Gone, or replaced by a namesake: what was to be deleted is no more.
    Result<void> remove(const Action& action, kube::Dependents dependents = kube::Dependents::collect) {
        Result<void> removed =
            client_.remove(action.kind, action.key, {.uid = action.uid, .dependents = dependents}, stop_);
        if (!removed && removed.error().kind != ErrorKind::not_found &&
            removed.error().kind != ErrorKind::conflict) {
            return removed;
        }
        return {};
    }

    Result<void> observed(const Action& action, Result<json> written) {
        if (!written) {
            return tl::unexpected(std::move(written.error()));
        }
        stores_.observe_write(action.kind, *written);
        return {};
    }

    kube::Client& client_;
    Stores& stores_;
    const std::stop_token stop_;
};

/// One webhook that is down is no trouble of the API server, which others would have to go slower for.
Error refused(Error error) {
    return runtime::AdaptiveConcurrency::is_overload(error.kind)
               ? Error{ErrorKind::forbidden, std::move(error.message)}
               : std::move(error);
}

}  // namespace

Outcome act(kube::Client& client, Stores& stores, const runtime::Run& run, const std::vector<Action>& actions,
            std::stop_token stop) {
    Actor actor(client, stores, std::move(stop));
    Outcome outcome;
    for (const Action& action : actions) {
        const Result<void> done = actor.perform(action);
        if (done) {
            common::log::info("Wrote object", {{"namespace", run.key.ns},
                                               {"instance", run.key.name},
                                               {"reconcile", run.id},
                                               {"verb", name_of(action.verb)},
                                               {"kind", action.kind.kind},
                                               {"object", action.key.name}});
            continue;
        }
        const auto problem =
            problem_of(fmt::format("{} {}", action.kind.kind, action.key.name), done.error());
        if (!outcome.error) {
            outcome.error = problem ? refused(done.error()) : done.error();
        }
        if (!problem) {
            outcome.interrupted = true;
            break;
        }
        outcome.problems.push_back(*problem);
        if (action.kind == kSecret || action.kind == kServiceAccount) {
            break;  // no pod after it could start
        }
    }
    return outcome;
}

}  // namespace crm
