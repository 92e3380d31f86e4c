// Counts what another client does: crm_operator_api_requests_total{verb, kind, result}.
#pragma once

#include "operator/kube/client.h"

#include <prometheus/counter.h>
#include <prometheus/registry.h>

namespace kube {

/// Passes every call on. The client and the registry must outlive it. `result` is "ok" or the name of an
/// ErrorKind; a watch counts when it has ended, a create that is a dry run as "try".
class MeteredClient final : public Client {
  public:
    MeteredClient(Client& client, prometheus::Registry& registry);

    Result<Page> list(const Kind& kind, const Selection& selection, int limit,
                      const std::string& continue_token, std::stop_token stop) override;
    Result<void> watch(const Kind& kind, const Selection& selection, const std::string& resource_version,
                       const std::function<void(WatchEvent)>& on_event, std::stop_token stop) override;
    Result<json> create(const Kind& kind, const json& object, const CreateOptions& options,
                        std::stop_token stop) override;
    Result<json> apply(const Kind& kind, const json& object, const ApplyOptions& options,
                       std::stop_token stop) override;
    Result<json> patch(const Kind& kind, const ObjectKey& key, const json& changes,
                       const PatchOptions& options, std::stop_token stop) override;
    Result<void> remove(const Kind& kind, const ObjectKey& key, const DeleteOptions& options,
                        std::stop_token stop) override;

  private:
    template <class T>
    Result<T> counted(std::string_view verb, const Kind& kind, Result<T> result);

    Client& client_;
    prometheus::Family<prometheus::Counter>& requests_;
};

}  // namespace kube
