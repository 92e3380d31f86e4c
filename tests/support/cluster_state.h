// The objects of a fake cluster and what each write makes of them: versions, history, ownership of fields.
#pragma once

#include "operator/kube/client.h"
#include "tests/support/server_side_apply.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// Not thread-safe; FakeCluster guards it.
class ClusterState {
  public:
    using Object = std::shared_ptr<const kube::json>;
    using Time = std::function<std::string()>;
    using Defaults = std::function<void(const kube::Kind&, kube::json&)>;
    /// A policy: it may change what is written, of which nobody is the owner then, or refuse it.
    using Admission = std::function<std::optional<Error>(const kube::Kind&, kube::json&)>;
    /// What makes an object invalid; before is null for a new one.
    using Validation = std::function<std::optional<Error>(const kube::Kind&, const kube::json& before,
                                                          const kube::json& after)>;

    ClusterState(Time time, Defaults defaults);
    /// Goes on from another, which stays as it is.
    ClusterState(const ClusterState& from, Time time, Defaults defaults);

    /// Asked for each create and each apply that is not of a status, whoever writes. None: all is welcome.
    void set_admission(Admission admission) { admission_ = std::move(admission); }
    /// Asked for each write that is not of a status, whoever writes. None: all is valid.
    void set_validation(Validation validation) { validation_ = std::move(validation); }

    /// Told of each object that is gone, as it last was.
    void set_on_gone(std::function<void(const kube::Kind&, const kube::json&)> told) {
        on_gone_ = std::move(told);
    }

    /// Without a name of the manager nobody owns the fields.
    Result<kube::json> create(const kube::Kind& kind, kube::json object, const FieldManager& by);
    /// What create() would answer; changes nothing.
    Result<kube::json> would_create(const kube::Kind& kind, kube::json object, const FieldManager& by) const;
    Result<kube::json> apply(const kube::Kind& kind, kube::json object, const FieldManager& by, bool force);
    Result<kube::json> edit(const kube::Kind& kind, const kube::ObjectKey& key,
                            const std::function<void(kube::json&)>& change, const FieldManager& by);
    /// A JSON merge patch of everything but the status.
    Result<kube::json> patch(const kube::Kind& kind, const kube::ObjectKey& key, kube::json changes,
                             const kube::PatchOptions& options, const FieldManager& by);
    Result<void> remove(const kube::Kind& kind, const kube::ObjectKey& key,
                        const kube::DeleteOptions& options = {});

    /// Null when there is none. Both are as they are now and stay so: a write makes another object.
    Object find(const kube::Kind& kind, const kube::ObjectKey& key) const;
    std::vector<Object> all(const kube::Kind& kind) const;

    /// One page of a snapshot; a limit of 0 is no limit.
    Result<kube::Page> page(const kube::Kind& kind, const kube::Selection& selection, std::size_t limit,
                            const std::string& continue_token);
    /// What a watch that was told everything up to `version` is told next.
    Result<std::vector<kube::WatchEvent>> changes_since(const kube::Kind& kind,
                                                        const kube::Selection& selection,
                                                        std::uint64_t version) const;
    /// Whether it is told anything, or that it cannot go on.
    bool has_changes_since(const kube::Kind& kind, const kube::Selection& selection,
                           std::uint64_t version) const;
    kube::WatchEvent bookmark(const kube::Kind& kind) const;

    std::size_t collect_garbage();
    void compact();

    /// Of the latest change of any kind.
    std::uint64_t version() const { return version_; }
    /// Of the latest change of this kind; 0 when there was none.
    std::uint64_t version(const kube::Kind& kind) const;
    /// Whether a new watch can no longer go on from there.
    bool has_expired(std::uint64_t version) const { return version < compacted_; }

  private:
    struct Change {
        std::uint64_t version = 0;
        Object before;  // null when created
        Object after;   // null when deleted
        Object shown;   // as an event shows it
    };
    struct Objects {
        kube::Kind kind;
        std::map<kube::ObjectKey, Object> live = {};
        std::deque<Change> history = {};
        std::uint64_t changed = 0;    // version of the latest change
        std::uint64_t compacted = 0;  // version of the latest change that was forgotten
    };
    struct Snapshot {
        std::shared_ptr<const std::vector<Object>> items;
        std::uint64_t version = 0;
        std::size_t position = 0;  // where the next page begins
    };

    Objects& objects(const kube::Kind& kind);
    const Objects* find_objects(const kube::Kind& kind) const;
    static std::deque<Change>::const_iterator first_after(const Objects& of_kind, std::uint64_t version);
    std::optional<Error> admit(const kube::Kind& kind, kube::json& object) const;
    kube::json born(const kube::Kind& kind, const kube::ObjectKey& key);
    Result<kube::json> store_valid(const kube::Kind& kind, const kube::json& before, kube::json after);
    kube::json store(const kube::Kind& kind, const kube::json& before, kube::json after);
    void bury(const kube::Kind& kind, const Object& last);
    /// Of the objects that are there; refers to them.
    using Uids = std::set<std::string_view>;
    Uids uids() const;
    bool is_garbage(const kube::json& object, const Uids& alive) const;
    template <class Condition>
    static std::vector<kube::ObjectKey> keys_where(const Objects& of_kind, const Condition& condition);
    std::size_t release_dependents();
    void disown(const std::string& owner);

    const Time time_;
    const Defaults defaults_;
    Admission admission_;
    Validation validation_;
    std::function<void(const kube::Kind&, const kube::json&)> on_gone_;
    /// Group and plural; the texts of a kind live for ever.
    using Id = std::pair<std::string_view, std::string_view>;
    std::map<Id, Objects> kinds_;
    std::map<std::string, Snapshot> pages_;  // by continue token
    std::uint64_t version_ = 1000;
    std::uint64_t compacted_ = 0;
    std::uint64_t uids_ = 0;
    std::uint64_t tokens_ = 0;
};

}  // namespace support
