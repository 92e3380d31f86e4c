// What this program asks of the Kubernetes API. The one interface between the rest and the network.
//
// Calls block and may be made from any thread at once. Errors keep the API server's own message. A call
// that was stopped by its token returns ErrorKind::cancelled.
//   400, 422 invalid   401 unauthorized   403 forbidden   404 not_found   409 conflict   410 expired
//   429 throttled (with retry_after)   5xx, connection trouble unavailable   no answer in time timeout
#pragma once

#include "common/result.h"
#include "operator/kube/object.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace kube {

/// Which objects of a kind. An empty namespace means all namespaces, an empty name all names.
struct Selection {
    std::string ns = {};
    std::string name = {};
    std::string label_selector = {};
    /// "type=Warning,involvedObject.kind=Job": which fields there are depends on the kind.
    std::string field_selector = {};
};

/// One page of a list.
struct Page {
    std::vector<json> items;       // each with apiVersion and kind filled in
    std::string continue_token;    // empty on the last page
    std::string resource_version;  // of the list: where a watch goes on
};

enum class EventType { added, modified, deleted, bookmark };

struct WatchEvent {
    EventType type = EventType::added;
    json object;
};

/// The field manager of every apply that does not name another.
inline constexpr std::string_view kFieldManager = "crm-operator";
/// The field manager of create: owns what was generated once (credentials, immutable Jobs).
inline constexpr std::string_view kCreateFieldManager = "crm-operator-create";

/// What an apply writes: the object itself or its status.
enum class Subresource { none, status };

struct ApplyOptions {
    /// Take fields from other managers. Without it a field that another manager owns is a conflict.
    bool force = false;
    Subresource subresource = Subresource::none;
    /// Who owns the fields then.
    std::string_view manager = kFieldManager;
};

struct CreateOptions {
    /// Ask only whether it would be created: everybody who may refuse it is asked, and nothing comes of it.
    bool dry_run = false;
};

struct PatchOptions {
    /// Change only this very object, and only as it was at that version.
    std::string uid = {};
    std::string resource_version = {};
};

/// What becomes of the objects that the deleted one owns.
enum class Dependents {
    collect,  // they are deleted later, in the background
    orphan,   // they stay, without an owner
};

struct DeleteOptions {
    /// Delete only this very object, not a namesake made since.
    std::string uid = {};
    Dependents dependents = Dependents::collect;
};

class Client {
  public:
    virtual ~Client() = default;

    /// One page of at most `limit` objects, from the continue token of the page before.
    virtual Result<Page> list(const Kind& kind, const Selection& selection, int limit,
                              const std::string& continue_token, std::stop_token stop) = 0;

    /// Follows changes after resource_version, with bookmarks, calling on_event in this thread for each,
    /// until the server ends the watch (an empty Result: watch again from the last version seen) or it fails.
    virtual Result<void> watch(const Kind& kind, const Selection& selection,
                               const std::string& resource_version,
                               const std::function<void(WatchEvent)>& on_event, std::stop_token stop) = 0;

    /// Creates an object; conflict when one of that name exists. Its fields are owned by a manager of their
    /// own, so that a later apply neither needs to repeat them nor removes them: for what is generated once.
    virtual Result<json> create(const Kind& kind, const json& object, const CreateOptions& options,
                                std::stop_token stop) = 0;

    /// Server-side apply; returns the object as it now is. An object with a uid that is not the live one's is
    /// a conflict, and so is one that does not exist.
    virtual Result<json> apply(const Kind& kind, const json& object, const ApplyOptions& options,
                               std::stop_token stop) = 0;

    /// JSON merge patch (RFC 7396), for what no apply can say: null removes a field, whoever owns it, and a
    /// list is replaced as a whole. Returns the object as it now is; not_found when there is none, conflict
    /// when it is another one or was changed since. What it sets is owned by kFieldManager apart from what
    /// apply sets, and so outlives a later apply that does not have it.
    virtual Result<json> patch(const Kind& kind, const ObjectKey& key, const json& changes,
                               const PatchOptions& options, std::stop_token stop) = 0;

    /// Deletes, at once unless something holds the object; not_found when it is gone already, conflict when
    /// the uid is another.
    virtual Result<void> remove(const Kind& kind, const ObjectKey& key, const DeleteOptions& options,
                                std::stop_token stop) = 0;
};

}  // namespace kube
