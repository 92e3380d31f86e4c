#include "crm-server/api/router.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace api {
namespace {

/// "/a/{b}/c" becomes "/a/", "/c"; a pattern that ends in a parameter gets "" as its last literal.
std::vector<std::string> literals_of(std::string_view pattern) {
    std::vector<std::string> literals;
    for (std::size_t open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{')) {
        literals.emplace_back(pattern.substr(0, open));
        pattern.remove_prefix(pattern.find('}') + 1);
    }
    literals.emplace_back(pattern);
    return literals;
}

bool lists(std::string_view methods, std::string_view method) {
    while (!methods.empty()) {
        const std::string_view one = methods.substr(0, methods.find(','));
        if (one == method) return true;
        methods.remove_prefix(std::min(one.size() + 2, methods.size()));
    }
    return false;
}

void allow(std::string& methods, std::string_view method) {
    if (lists(methods, method)) return;
    if (!methods.empty()) methods += ", ";
    methods += method;
    if (method == "GET") methods += ", HEAD";
}

}  // namespace

std::string list_of(const std::vector<std::string_view>& items) {
    return fmt::format("{}", fmt::join(items, ", "));
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
    for (std::size_t index = 0; index < routes_.size(); ++index) {
        std::vector<std::string> literals = literals_of(routes_[index].pattern);
        auto path = std::ranges::find(paths_, literals, &Path::literals);
        if (path == paths_.end()) path = paths_.insert(path, Path{.literals = std::move(literals)});
        path->routes.push_back(index);
        allow(path->allow, routes_[index].method);
        allow(allow_, routes_[index].method);
        if (routes_[index].method == "PATCH") path->accept_patch = list_of(routes_[index].takes);
    }
    for (Path& path : paths_) allow(path.allow, "OPTIONS");
    allow(allow_, "OPTIONS");
}

bool Router::knows(std::string_view method) const {
    return common::http::is_standard_method(method) || lists(allow_, method);
}

Match Router::match(std::string_view method, std::string_view path_text) const {
    if (method == "OPTIONS" && path_text == "*") return {.allow = allow_};
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    for (const Path& path : paths_) {
        std::optional<std::vector<std::string_view>> parameters = match_path(path, path_text);
        if (!parameters) continue;
        for (const std::size_t index : path.routes) {
            if (routes_[index].method == wanted) return {&routes_[index], index, *std::move(parameters)};
        }
        return {.allow = path.allow, .accept_patch = path.accept_patch};
    }
    return {};
}

std::optional<std::vector<std::string_view>> Router::match_path(const Path& path, std::string_view text) {
    if (!text.starts_with(path.literals.front())) return std::nullopt;
    text.remove_prefix(path.literals.front().size());
    std::vector<std::string_view> parameters;
    for (std::size_t i = 1; i < path.literals.size(); ++i) {
        const std::string_view segment = text.substr(0, text.find('/'));
        if (segment.empty()) return std::nullopt;
        text.remove_prefix(segment.size());
        if (!text.starts_with(path.literals[i])) return std::nullopt;
        text.remove_prefix(path.literals[i].size());
        parameters.push_back(segment);
    }
    if (!text.empty()) return std::nullopt;
    return parameters;
}

}  // namespace api
