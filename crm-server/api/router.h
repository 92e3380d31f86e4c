// The table of routes: which handler answers a method and path.
#pragma once

#include "common/http/message.h"
#include "common/task.h"
#include "crm-server/api/problem.h"
#include "crm-server/identity/accounts.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace api {

/// Who may call a route.
enum class Access { anyone, authenticated };

/// One request on its way to its handler.
struct Call {
    const common::http::Request& request;
    std::vector<std::string> parameters = {};  // values of the {…} in the route's pattern, decoded
    identity::Principal principal = {};        // empty when the route is open to anyone
};

/// The call outlives the task. Not a coroutine lambda with captures: see common/task.h.
using Endpoint = std::function<common::Task<Reply>(Call&)>;

struct Route {
    std::string method;   // "GET" answers HEAD too
    std::string pattern;  // "/api/v1/contacts/{id}": a name in braces stands for one segment
    Access access = Access::authenticated;
    Endpoint endpoint;
    /// The media types of the bodies that it takes; empty when it makes nothing of a body. Literals.
    std::vector<std::string_view> takes = {};
};

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kMergePatch = "application/merge-patch+json";

/// As a header field holds a list: "application/json, text/plain".
std::string list_of(const std::vector<std::string_view>& items);

struct Match {
    /// Null when nothing answers; then `allow` lists the methods of the path, or of all paths for OPTIONS of
    /// "*", and is empty when there is no such path.
    const Route* route = nullptr;
    std::size_t index = 0;                          // of the route, in Router::routes()
    std::vector<std::string_view> parameters = {};  // still encoded; views into the path
    std::string allow = {};
    std::string accept_patch = {};  // what the path takes by PATCH, listed beside `allow`
};

class Router {
  public:
    explicit Router(std::vector<Route> routes);

    Match match(std::string_view method, std::string_view path) const;

    /// Whether the method means anything here, at whatever path.
    bool knows(std::string_view method) const;

    const std::vector<Route>& routes() const { return routes_; }

  private:
    /// All routes of one pattern.
    struct Path {
        std::vector<std::string> literals;  // around the parameters: "/api/v1/contacts/", ""
        std::vector<std::size_t> routes = {};
        std::string allow = {};
        std::string accept_patch = {};
    };

    static std::optional<std::vector<std::string_view>> match_path(const Path& path, std::string_view text);

    std::vector<Route> routes_;
    std::vector<Path> paths_;
    std::string allow_;  // of all paths
};

}  // namespace api
