// What is known of the objects of one kind: the memory of a reflector.
//
// It keeps of each object only its identity and the fields its projection chose, as compact text, because
// thousands of instances with ten objects each must fit in a few megabytes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "operator/kube/object.h"

namespace runtime {

/// One object as remembered.
struct StoredObject {
    kube::ObjectKey key;
    std::string uid;
    std::uint64_t resource_version = 0;
    kube::ObjectKey owner;  // whose reconcile it concerns: the work queue's key
    std::string fields;     // the projection, as JSON text

    bool operator==(const StoredObject&) const = default;
};

/// Chooses what to remember of an object. Pure. owner is empty for an object that concerns nobody: such an
/// object is not kept.
struct Projected {
    kube::ObjectKey owner;
    kube::json fields;
};
using Projection = std::function<Projected(const kube::json& object)>;

/// Thread-safe; snapshots are handed out by value.
class Store {
  public:
    /// Called, outside the lock, with the owner of what changed.
    using OnChange = std::function<void(const kube::ObjectKey& owner)>;

    Store(Projection projection, OnChange on_change);

    /// Replaces all by a full list: reports each owner whose objects differ from before.
    /// A full list arrives in pages: begin_list, then add_page for each, then end_list.
    void begin_list();
    void add_page(const std::vector<kube::json>& items);
    void end_list(std::uint64_t resource_version);

    /// An event of the watch.
    void upsert(const kube::json& object);
    void erase(const kube::json& object);
    /// The watch has shown everything up to this version.
    void advance(std::uint64_t resource_version);

    /// The answer to a write of our own, so that the next reconcile sees it before the watch tells.
    /// Ignored when the watch has already shown that version or a later one.
    void observe_write(const kube::json& object);

    std::optional<StoredObject> get(const kube::ObjectKey& key) const;
    std::vector<StoredObject> owned_by(const kube::ObjectKey& owner) const;
    std::vector<kube::ObjectKey> owners() const;
    std::size_t size() const;
    /// True once a first full list has arrived.
    bool synced() const;
};

}  // namespace runtime
