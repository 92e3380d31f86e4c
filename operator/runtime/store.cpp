#include "operator/runtime/store.h"

#include "common/log.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

namespace runtime {
namespace {

KeyView view_of(const kube::ObjectKey& key) {
    return {key.ns, key.name};
}

KeyView key_view(const PackedObject& object) {
    return {object.ns(), object.name()};
}

KeyView owner_view(const PackedObject& object) {
    return {object.owner_ns(), object.owner_name()};
}

kube::ObjectKey to_key(KeyView view) {
    return {std::string(view.first), std::string(view.second)};
}

bool by_owner_then_key(const PackedObject* a, const PackedObject* b) {
    return std::pair(owner_view(*a), key_view(*a)) < std::pair(owner_view(*b), key_view(*b));
}

bool same(const PackedObject& a, const PackedObject& b) {
    return a.uid() == b.uid() && owner_view(a) == owner_view(b) && a.wish() == b.wish() &&
           a.fields() == b.fields();
}

kube::json fields_of(const PackedObject& object) {
    return kube::json::from_msgpack(object.fields());
}

StoredObject unpack(const PackedObject& object) {
    return {.key = to_key(key_view(object)),
            .uid = std::string(object.uid()),
            .resource_version = object.resource_version,
            .owner = to_key(owner_view(object)),
            .fields = fields_of(object)};
}

std::uint64_t version_of(const kube::json& object) {
    return parse_resource_version(kube::resource_version_of(object)).value_or(0);
}

}  // namespace

std::optional<std::uint64_t> parse_resource_version(std::string_view text) {
    std::uint64_t version = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, version);
    return error == std::errc{} && stopped == end ? std::optional(version) : std::nullopt;
}

Store::Store(Projection projection, OnChange on_change)
    : projection_(std::move(projection)), on_change_(std::move(on_change)) {}

void Store::begin_list() {
    const std::lock_guard lock(mutex_);
    ++generation_;
}

void Store::add_page(const std::vector<kube::json>& items) {
    for (const kube::json& item : items) {
        put(item, Origin::list);
    }
}

void Store::end_list(std::uint64_t resource_version) {
    std::vector<PackedObject::Ptr> gone;
    {
        const std::lock_guard lock(mutex_);
        // What we wrote after the moment of the list cannot be in it; the watch will tell of it.
        const auto vanished = [&](const PackedObject& object) {
            return object.generation != generation_ &&
                   !(object.unconfirmed && object.resource_version > resource_version);
        };
        std::erase_if(by_owner_, [&](const PackedObject* object) { return vanished(*object); });
        std::erase_if(by_key_, [&](PackedObject::Ptr& object) {
            const bool erased = vanished(*object);
            if (erased) {
                gone.push_back(std::move(object));
            }
            return erased;
        });
        by_owner_.shrink_to_fit();
        by_key_.shrink_to_fit();
        shown_ = resource_version;
        synced_ = true;
    }
    for (const PackedObject::Ptr& object : gone) {
        tell_fields(object.get(), nullptr);
        on_change_(to_key(owner_view(*object)), {Origin::list, !object->wish().empty()});
    }
}

void Store::upsert(const kube::json& object) {
    put(object, Origin::watch);
}

void Store::erase(const kube::json& object) {
    const kube::ObjectKey key = kube::key_of(object);
    const std::uint64_t version = version_of(object);
    PackedObject::Ptr gone;
    {
        const std::lock_guard lock(mutex_);
        show(version);
        const Position position = find(view_of(key));
        const PackedObject* const known = known_at(position, view_of(key));
        if (known == nullptr || !is_news(known, version, Origin::watch)) {
            return;
        }
        gone = remove(position);
    }
    tell_fields(gone.get(), nullptr);
    on_change_(to_key(owner_view(*gone)), {Origin::watch, !gone->wish().empty()});
}

void Store::advance(std::uint64_t resource_version) {
    const std::lock_guard lock(mutex_);
    show(resource_version);
}

void Store::observe_write(const kube::json& object) {
    put(object, Origin::write);
}

void Store::remember_write(const kube::json& object) {
    put(object, Origin::write, Tell::wishes);
}

std::optional<StoredObject> Store::get(const kube::ObjectKey& key) const {
    const std::lock_guard lock(mutex_);
    const PackedObject* object = known_at(find(view_of(key)), view_of(key));
    return object == nullptr ? std::nullopt : std::optional(unpack(*object));
}

std::vector<StoredObject> Store::owned_by(const kube::ObjectKey& owner) const {
    const KeyView wanted = view_of(owner);
    const std::lock_guard lock(mutex_);
    auto object = std::partition_point(by_owner_.begin(), by_owner_.end(),
                                       [&](const PackedObject* o) { return owner_view(*o) < wanted; });
    std::vector<StoredObject> result;
    for (; object != by_owner_.end() && owner_view(**object) == wanted; ++object) {
        result.push_back(unpack(**object));
    }
    return result;
}

std::vector<kube::ObjectKey> Store::owners() const {
    const std::lock_guard lock(mutex_);
    std::vector<kube::ObjectKey> result;
    for (const PackedObject* object : by_owner_) {
        if (result.empty() || view_of(result.back()) != owner_view(*object)) {
            result.push_back(to_key(owner_view(*object)));
        }
    }
    return result;
}

std::size_t Store::size() const {
    const std::lock_guard lock(mutex_);
    return by_key_.size();
}

bool Store::synced() const {
    const std::lock_guard lock(mutex_);
    return synced_;
}

/// Learns one object. Everything but the pointer work happens outside the lock.
void Store::put(const kube::json& object, Origin origin, Tell tell) {
    const kube::ObjectKey key = kube::key_of(object);
    const std::uint64_t version = version_of(object);
    const auto projected = project(object);
    if (!projected) {
        return keep_as_known(key, version, origin);
    }
    const bool wanted = !projected->owner.name.empty();
    std::string fields;
    if (wanted) {
        kube::json::to_msgpack(projected->fields, fields);
    }
    PackedObject::Ptr fresh =
        PackedObject::make(key, kube::uid_of(object), projected->owner, fields, projected->wish);
    fresh->resource_version = version;
    fresh->unconfirmed = origin == Origin::write;

    const auto replaced = replace(std::move(fresh), origin);
    if (!replaced || (!replaced->before && !wanted)) {
        return;
    }
    tell_fields(replaced->before.get(), wanted ? projected->fields : nullptr);
    if (tell == Tell::all || replaced->wish) {
        report(replaced->owners, {origin, replaced->wish});
    }
}

/// Puts an object, which nobody may want, in the place of what is known of it. Empty when it says nothing
/// new.
std::optional<Store::Replaced> Store::replace(PackedObject::Ptr fresh, Origin origin) {
    const std::lock_guard lock(mutex_);
    const Position position = find(key_view(*fresh));
    PackedObject* const known = known_at(position, key_view(*fresh));
    const bool news = is_news(known, fresh->resource_version, origin);
    if (origin == Origin::watch) {
        show(fresh->resource_version);
    }
    if (known != nullptr && origin == Origin::list) {
        known->generation = generation_;
    }
    if (!news) {
        return std::nullopt;
    }
    // A write is in no list: only being unconfirmed protects it from end_list.
    fresh->generation = origin != Origin::write ? generation_
                        : known != nullptr      ? known->generation
                                                : generation_ - 1;
    const bool wanted = !fresh->owner_name().empty();
    if (known != nullptr && wanted && same(*known, *fresh)) {
        known->resource_version = fresh->resource_version;
        known->unconfirmed = fresh->unconfirmed;
        return std::nullopt;
    }
    Replaced replaced;
    const std::string_view wish_before = known != nullptr ? known->wish() : std::string_view{};
    replaced.wish = wish_before != fresh->wish() || (!wish_before.empty() && known->uid() != fresh->uid());
    if (known != nullptr) {
        replaced.owners.push_back(to_key(owner_view(*known)));
        replaced.before = remove(position);
    }
    if (wanted) {
        if (replaced.owners.empty() || view_of(replaced.owners.front()) != owner_view(*fresh)) {
            replaced.owners.push_back(to_key(owner_view(*fresh)));
        }
        insert(std::move(fresh));
    }
    return replaced;
}

/// Empty when the projection cannot read the object: one odd object must not hold up all the others.
std::optional<Projected> Store::project(const kube::json& object) const {
    try {
        return projection_(object);
    } catch (const std::exception& exception) {
        common::log::warning("Cannot read object, keeping what was known of it",
                             {{"kind", object.value("kind", "")},
                              {"object", kube::to_string(kube::key_of(object))},
                              {"error", exception.what()}});
        return std::nullopt;
    }
}

void Store::keep_as_known(const kube::ObjectKey& key, std::uint64_t version, Origin origin) {
    const std::lock_guard lock(mutex_);
    if (origin == Origin::watch) {
        show(version);
    }
    PackedObject* const known = known_at(find(view_of(key)), view_of(key));
    if (known != nullptr && origin == Origin::list) {
        known->generation = generation_;
    }
}

/// Whether a message about an object at this version says more than what is known of it.
bool Store::is_news(const PackedObject* known, std::uint64_t version, Origin origin) const {
    if (origin == Origin::write) {
        return version > shown_ && (known == nullptr || version > known->resource_version);
    }
    // Lists and watches are authoritative, even back in time after the API server was restored from a
    // backup. Only a write of our own that they have not reached yet is known better.
    return known == nullptr || !known->unconfirmed || version >= known->resource_version;
}

void Store::show(std::uint64_t version) {
    shown_ = std::max(shown_, version);
}

/// Where the object of this key is, or would be inserted.
Store::Position Store::find(KeyView key) const {
    return std::partition_point(by_key_.begin(), by_key_.end(),
                                [&](const PackedObject::Ptr& object) { return key_view(*object) < key; });
}

PackedObject* Store::known_at(Position position, KeyView key) const {
    const bool exists = position != by_key_.end() && key_view(**position) == key;
    return exists ? position->get() : nullptr;
}

void Store::insert(PackedObject::Ptr object) {
    const auto owner_position =
        std::lower_bound(by_owner_.begin(), by_owner_.end(), object.get(), by_owner_then_key);
    by_owner_.insert(owner_position, object.get());
    by_key_.insert(find(key_view(*object)), std::move(object));
}

PackedObject::Ptr Store::remove(Position position) {
    const auto owner_position =
        std::lower_bound(by_owner_.begin(), by_owner_.end(), position->get(), by_owner_then_key);
    by_owner_.erase(owner_position);
    const auto object = by_key_.begin() + (position - by_key_.cbegin());
    PackedObject::Ptr removed = std::move(*object);
    by_key_.erase(object);
    return removed;
}

void Store::tell_fields(const PackedObject* before, const kube::json& after) const {
    if (on_fields_) {
        on_fields_(before != nullptr ? fields_of(*before) : nullptr, after);
    }
}

void Store::report(const std::vector<kube::ObjectKey>& owners, const Change& change) const {
    for (const kube::ObjectKey& owner : owners) {
        on_change_(owner, change);
    }
}

}  // namespace runtime
