#include "operator/kube/metered_client.h"

#include <utility>

namespace kube {

MeteredClient::MeteredClient(Client& client, prometheus::Registry& registry)
    : client_(client),
      requests_(prometheus::BuildCounter()
                    .Name("crm_operator_api_requests_total")
                    .Help("Requests to the Kubernetes API, by verb, kind and result")
                    .Register(registry)) {}

template <class T>
Result<T> MeteredClient::counted(std::string_view verb, const Kind& kind, Result<T> result) {
    const std::string_view outcome = result ? "ok" : name_of(result.error().kind);
    requests_
        .Add(
            {{"verb", std::string(verb)}, {"kind", std::string(kind.kind)}, {"result", std::string(outcome)}})
        .Increment();
    return result;
}

Result<Page> MeteredClient::list(const Kind& kind, const Selection& selection, int limit,
                                 const std::string& continue_token, std::stop_token stop) {
    return counted("list", kind, client_.list(kind, selection, limit, continue_token, std::move(stop)));
}

Result<void> MeteredClient::watch(const Kind& kind, const Selection& selection,
                                  const std::string& resource_version,
                                  const std::function<void(WatchEvent)>& on_event, std::stop_token stop) {
    return counted("watch", kind,
                   client_.watch(kind, selection, resource_version, on_event, std::move(stop)));
}

Result<json> MeteredClient::create(const Kind& kind, const json& object, const CreateOptions& options,
                                   std::stop_token stop) {
    return counted(options.dry_run ? "try" : "create", kind,
                   client_.create(kind, object, options, std::move(stop)));
}

Result<json> MeteredClient::apply(const Kind& kind, const json& object, const ApplyOptions& options,
                                  std::stop_token stop) {
    return counted("apply", kind, client_.apply(kind, object, options, std::move(stop)));
}

Result<json> MeteredClient::patch(const Kind& kind, const ObjectKey& key, const json& changes,
                                  const PatchOptions& options, std::stop_token stop) {
    return counted("patch", kind, client_.patch(kind, key, changes, options, std::move(stop)));
}

Result<void> MeteredClient::remove(const Kind& kind, const ObjectKey& key, const DeleteOptions& options,
                                   std::stop_token stop) {
    return counted("delete", kind, client_.remove(kind, key, options, std::move(stop)));
}

}  // namespace kube
