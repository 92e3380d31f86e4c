// What is known of the objects of one kind: the memory of a reflector.
//
// It keeps of each object only its identity and the fields its projection chose, as MessagePack, because
// thousands of instances with ten objects each must fit in a few megabytes.
//
// Versions are compared as numbers: since Kubernetes 1.35 the API guarantees what all servers did before,
// that the resource versions of one resource are integers that grow.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
#pragma once

#include "operator/kube/object.h"
#include "operator/runtime/packed_object.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runtime {

/// One object as remembered.
struct StoredObject {
    kube::ObjectKey key;
    std::string uid;
    std::uint64_t resource_version = 0;
    kube::ObjectKey owner;  // whose reconcile it concerns: the work queue's key
    kube::json fields;      // as the projection chose them

    bool operator==(const StoredObject&) const = default;
};

/// Chooses what to remember of an object. Pure. owner is empty for an object that concerns nobody: such an
/// object is not kept. When it throws, the object stays as it was known before.
struct Projected {
    kube::ObjectKey owner;
    kube::json fields;
    /// What stands for the wish of a person, when the object is one (the generation of its spec): as text, to
    /// be told from what programs change in it. Empty: it is none.
    std::string wish = {};
};
using Projection = std::function<Projected(const kube::json& object)>;

/// Namespace and name.
using KeyView = std::pair<std::string_view, std::string_view>;

/// How the store learnt of a change.
enum class Origin { list, watch, write };

struct Change {
    Origin origin = Origin::watch;
    bool wish = false;  // a wish came, went or became another

    bool operator==(const Change&) const = default;
};

/// The number of a resourceVersion; empty when it is none.
std::optional<std::uint64_t> parse_resource_version(std::string_view text);

/// Thread-safe; snapshots are handed out by value. One thread (the reflector's) lists and watches, any
/// thread reads and observes writes.
class Store {
  public:
    /// Called, outside the lock, with the owner of what changed: an object came, went, was replaced by a
    /// namesake, or its projection became another. A new version alone is no change.
    using OnChange = std::function<void(const kube::ObjectKey& owner, const Change& change)>;
    /// Called, outside the lock, with the fields of an object before and after; null when there is none.
    using OnFields = std::function<void(const kube::json& before, const kube::json& after)>;

    Store(Projection projection, OnChange on_change);

    /// Has another told of each change of fields: for what is counted over all objects. Before the first
    /// list.
    void on_fields(OnFields on_fields) { on_fields_ = std::move(on_fields); }

    /// Brings the store to a full list, which arrives in pages: begin_list, then add_page for each, then
    /// end_list, which drops what was in none of them. Until then the old content is served and each page
    /// replaces its part of it, so that a relist needs no second copy. begin_list may be called again to
    /// start over.
    void begin_list();
    void add_page(const std::vector<kube::json>& items);
    void end_list(std::uint64_t resource_version);

    /// An event of the watch.
    void upsert(const kube::json& object);
    void erase(const kube::json& object);
    /// The watch has shown everything up to this version.
    void advance(std::uint64_t resource_version);

    /// The answer to a write of our own, so that the next reconcile sees it before the watch tells. It is a
    /// change like any other: what the write made possible is done by one more reconcile.
    /// Ignored when the watch has already shown that version or a later one: a deletion that the watch
    /// told in the meantime is not undone.
    void observe_write(const kube::json& object);
    /// The same for a write that makes nothing possible, such as a status that says what is: no change is
    /// told of it, now or by the watch. If a wish came with it, that is.
    void remember_write(const kube::json& object);

    std::optional<StoredObject> get(const kube::ObjectKey& key) const;
    /// Sorted by key.
    std::vector<StoredObject> owned_by(const kube::ObjectKey& owner) const;
    /// Each owner once, sorted.
    std::vector<kube::ObjectKey> owners() const;
    std::size_t size() const;
    /// True once a first full list has arrived.
    bool synced() const;

  private:
    using Index = std::vector<PackedObject*>;
    using Position = std::vector<PackedObject::Ptr>::const_iterator;

    enum class Tell { all, wishes };
    /// What made way for a newer state, and who is to know.
    struct Replaced {
        PackedObject::Ptr before;  // null when there was nothing
        std::vector<kube::ObjectKey> owners;
        bool wish = false;
    };

    void put(const kube::json& object, Origin origin, Tell tell = Tell::all);
    std::optional<Replaced> replace(PackedObject::Ptr fresh, Origin origin);
    std::optional<Projected> project(const kube::json& object) const;
    void keep_as_known(const kube::ObjectKey& key, std::uint64_t version, Origin origin);
    bool is_news(const PackedObject* known, std::uint64_t version, Origin origin) const;
    void show(std::uint64_t version);
    Position find(KeyView key) const;
    PackedObject* known_at(Position position, KeyView key) const;
    void insert(PackedObject::Ptr object);
    PackedObject::Ptr remove(Position position);
    void tell_fields(const PackedObject* before, const kube::json& after) const;
    void report(const std::vector<kube::ObjectKey>& owners, const Change& change) const;

    const Projection projection_;
    const OnChange on_change_;
    OnFields on_fields_;  // none, in most

    mutable std::mutex mutex_;
    // Two sorted arrays of pointers are the cheapest index: 16 bytes an object, no nodes, and inserting
    // moves a few kilobytes. Lists arrive in the order of keys, so filling appends.
    std::vector<PackedObject::Ptr> by_key_;
    Index by_owner_;
    std::uint64_t shown_ = 0;  // the watch has told everything up to this version
    std::uint32_t generation_ = 0;
    bool synced_ = false;
};

}  // namespace runtime
