// The client of one run: what its key writes, for whatever purpose, is taken from the key's budget.
#pragma once

#include "operator/kube/client.h"
#include "operator/runtime/write_budget.h"

#include <prometheus/counter.h>

namespace runtime {

/// Passes every call on, a write only as long as the budget lasts: then it is ErrorKind::throttled, and
/// retry_after says when to come back. A dry run writes nothing. Statuses and Events tell of the rest and may
/// use the reserve. What it refers to must outlive it. One thread.
class BudgetedClient final : public kube::Client {
  public:
    BudgetedClient(kube::Client& client, WriteBudget& budget, const kube::ObjectKey& key,
                   const Environment& environment, prometheus::Counter& refusals)
        : client_(client), budget_(budget), key_(key), environment_(environment), refusals_(refusals) {}

    /// Whether it has refused a write.
    bool refused() const { return refused_; }

    Result<kube::Page> list(const kube::Kind& kind, const kube::Selection& selection, int limit,
                            const std::string& continue_token, std::stop_token stop) override;
    Result<void> watch(const kube::Kind& kind, const kube::Selection& selection,
                       const std::string& resource_version,
                       const std::function<void(kube::WatchEvent)>& on_event, std::stop_token stop) override;
    Result<kube::json> create(const kube::Kind& kind, const kube::json& object,
                              const kube::CreateOptions& options, std::stop_token stop) override;
    Result<kube::json> apply(const kube::Kind& kind, const kube::json& object,
                             const kube::ApplyOptions& options, std::stop_token stop) override;
    Result<kube::json> patch(const kube::Kind& kind, const kube::ObjectKey& key, const kube::json& changes,
                             const kube::PatchOptions& options, std::stop_token stop) override;
    Result<void> remove(const kube::Kind& kind, const kube::ObjectKey& key,
                        const kube::DeleteOptions& options, std::stop_token stop) override;

  private:
    Result<void> take(WriteBudget::Purpose purpose);

    kube::Client& client_;
    WriteBudget& budget_;
    const kube::ObjectKey& key_;
    const Environment& environment_;
    prometheus::Counter& refusals_;
    bool refused_ = false;
};

}  // namespace runtime
