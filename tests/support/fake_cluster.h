// A Kubernetes API in memory with the semantics that controllers depend on, behind kube::Client.
//
// Real: resource versions, uids, generations; label selection; pages that are one snapshot; watches with
// bookmarks that expire after compaction; server-side apply with field ownership, conflicts and no-ops that
// change nothing; create conflicts, uid preconditions, finalizers, garbage collection (on demand), status
// apart from the rest. Not simulated: schemas, CEL, admission, controllers: a test plays those by edit().
//
// Thread-safe. In one thread, set Options::watches_wait to false: a watch then tells what there is, sends a
// bookmark and ends.
#pragma once

#include "operator/kube/client.h"
#include "tests/support/cluster_state.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// dry_run: a create of which nothing comes.
enum class Verb { list, watch, dry_run, create, apply, apply_status, patch, remove };

/// One request as the API server saw it.
struct Call {
    Verb verb = Verb::list;
    std::string kind;      // "Deployment"
    kube::ObjectKey key;   // empty for list and watch
    kube::json object;     // what was sent; null for list, watch and remove
    bool changed = false;  // whether it had an effect

    bool writes() const { return verb != Verb::list && verb != Verb::watch && verb != Verb::dry_run; }
};

/// When a fault strikes: the request is refused, or its answer is lost after it took effect.
enum class Moment { before, after };

class FakeCluster : public kube::Client {
  public:
    /// Asked at both moments of each request, outside the lock, so it may itself change the cluster. An error
    /// becomes the request's result; an exception passes through to the caller.
    using Fault = std::function<std::optional<Error>(const Call&, Moment)>;

    struct Options {
        bool watches_wait = true;
        /// The creationTimestamp of new objects, RFC 3339.
        ClusterState::Time time = [] { return "2030-01-01T00:00:00Z"; };
        /// Fills in defaults as the API server would. Nobody owns what it adds.
        ClusterState::Defaults defaults = [](const kube::Kind&, kube::json&) {};
        /// Whether calls() has something to tell.
        bool keep_calls = true;
    };
    using Object = ClusterState::Object;

    FakeCluster() : FakeCluster(Options{}) {}
    explicit FakeCluster(Options options);
    /// Goes on from the state of another.
    FakeCluster(Options options, const ClusterState& state);

    // kube::Client
    Result<kube::Page> list(const kube::Kind& kind, const kube::Selection& selection, int limit,
                            const std::string& continue_token, std::stop_token stop) override;
    Result<void> watch(const kube::Kind& kind, const kube::Selection& selection,
                       const std::string& resource_version,
                       const std::function<void(kube::WatchEvent)>& on_event, std::stop_token stop) override;
    Result<kube::json> create(const kube::Kind& kind, const kube::json& object,
                              const kube::CreateOptions& options, std::stop_token stop) override;
    Result<kube::json> apply(const kube::Kind& kind, const kube::json& object,
                             const kube::ApplyOptions& options, std::stop_token stop) override;
    Result<kube::json> patch(const kube::Kind& kind, const kube::ObjectKey& key, const kube::json& changes,
                             const kube::PatchOptions& options, std::stop_token stop) override;
    Result<void> remove(const kube::Kind& kind, const kube::ObjectKey& key,
                        const kube::DeleteOptions& options, std::stop_token stop) override;

    // The rest of the world: users, controllers. Not in calls(), no faults.
    /// Forced server-side apply by somebody else: creates or changes.
    kube::json put(const kube::Kind& kind, const kube::json& object, std::string_view manager = "kubectl");
    /// Creates an object as a controller does, which a policy may refuse.
    Result<kube::json> make(const kube::Kind& kind, const kube::json& object, std::string_view manager = "");
    /// Changes an existing object in place, status included; a finalizer may go. The object must exist.
    kube::json edit(const kube::Kind& kind, const kube::ObjectKey& key,
                    const std::function<void(kube::json&)>& change, std::string_view manager = "controller");
    /// The same where it may turn out that it cannot be done.
    Result<kube::json> try_edit(const kube::Kind& kind, const kube::ObjectKey& key,
                                const std::function<void(kube::json&)>& change,
                                std::string_view manager = "controller");
    /// Deletes an object, which must exist.
    void erase(const kube::Kind& kind, const kube::ObjectKey& key,
               kube::Dependents dependents = kube::Dependents::collect);
    std::optional<kube::json> get(const kube::Kind& kind, const kube::ObjectKey& key) const;
    std::vector<kube::json> all(const kube::Kind& kind) const;
    /// The same without copies; null when there is none.
    Object find(const kube::Kind& kind, const kube::ObjectKey& key) const;
    std::vector<Object> view(const kube::Kind& kind) const;
    /// Of the latest change, of any kind or of one.
    std::uint64_t version() const;
    std::uint64_t version(const kube::Kind& kind) const;
    /// Whether a watch that was told everything up to a version would be told more.
    bool has_changes_since(const kube::Kind& kind, const kube::Selection& selection,
                           std::uint64_t version) const;
    ClusterState state() const;

    /// Deletes objects whose owners are all gone, and so on. Returns how many went.
    std::size_t collect_garbage();
    /// Ends every watch that runs now, cleanly or with an error.
    void drop_watches(std::optional<Error> error = std::nullopt);
    /// Every watch that runs now sends a bookmark.
    void send_bookmarks();
    /// Forgets history: older resume points and continue tokens have expired.
    void compact();

    void set_fault(Fault fault);
    /// Asked under the lock: it may look at nothing but the object.
    void set_admission(ClusterState::Admission admission);
    void set_validation(ClusterState::Validation validation);
    /// Likewise: told of each object that is gone, as it last was.
    void set_on_gone(std::function<void(const kube::Kind&, const kube::json&)> told);
    std::vector<Call> calls() const;
    /// The calls that write, whether they changed something or not.
    std::vector<Call> writes() const;
    void forget_calls();
    /// Watches that run now.
    std::size_t watching() const;

  private:
    std::optional<Error> fault(const Call& call, Moment moment);
    bool is_observed() const;
    template <class T, class MakeCall, class Action>
    Result<T> request(const MakeCall& make_call, const std::stop_token& stop, const Action& action);
    template <class Action>
    auto change(const Action& action);

    const bool watches_wait_;
    const bool keep_calls_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    ClusterState state_;
    std::uint64_t drops_ = 0;
    std::uint64_t bookmarks_ = 0;
    std::optional<Error> drop_error_;
    std::size_t watching_ = 0;
    Fault fault_;
    std::vector<Call> calls_;
};

}  // namespace support
