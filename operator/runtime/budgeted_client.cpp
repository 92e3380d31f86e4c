#include "operator/runtime/budgeted_client.h"

#include <utility>

namespace runtime {

using kube::json;
using Purpose = WriteBudget::Purpose;

Result<kube::Page> BudgetedClient::list(const kube::Kind& kind, const kube::Selection& selection, int limit,
                                        const std::string& continue_token, std::stop_token stop) {
    return client_.list(kind, selection, limit, continue_token, std::move(stop));
}

Result<void> BudgetedClient::watch(const kube::Kind& kind, const kube::Selection& selection,
                                   const std::string& resource_version,
                                   const std::function<void(kube::WatchEvent)>& on_event,
                                   std::stop_token stop) {
    return client_.watch(kind, selection, resource_version, on_event, std::move(stop));
}

Result<json> BudgetedClient::create(const kube::Kind& kind, const json& object,
                                    const kube::CreateOptions& options, std::stop_token stop) {
    const auto create = [&] { return client_.create(kind, object, options, std::move(stop)); };
    return options.dry_run ? create()
                           : take(kind.kind == "Event" ? Purpose::tell : Purpose::act).and_then(create);
}

Result<json> BudgetedClient::apply(const kube::Kind& kind, const json& object,
                                   const kube::ApplyOptions& options, std::stop_token stop) {
    return take(options.subresource == kube::Subresource::status ? Purpose::tell : Purpose::act)
        .and_then([&] { return client_.apply(kind, object, options, std::move(stop)); });
}

Result<json> BudgetedClient::patch(const kube::Kind& kind, const kube::ObjectKey& key, const json& changes,
                                   const kube::PatchOptions& options, std::stop_token stop) {
    return take(Purpose::act).and_then([&] {
        return client_.patch(kind, key, changes, options, std::move(stop));
    });
}

Result<void> BudgetedClient::remove(const kube::Kind& kind, const kube::ObjectKey& key,
                                    const kube::DeleteOptions& options, std::stop_token stop) {
    return take(Purpose::act).and_then([&] { return client_.remove(kind, key, options, std::move(stop)); });
}

Result<void> BudgetedClient::take(WriteBudget::Purpose purpose) {
    const auto wait = budget_.take(key_, purpose, environment_.now());
    if (!wait) {
        return {};
    }
    refused_ = true;
    refusals_.Increment();
    return tl::unexpected(Error{ErrorKind::throttled,
                                "too many writes for " + kube::to_string(key_) + " in a short time", wait});
}

}  // namespace runtime
