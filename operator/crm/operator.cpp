#include "operator/crm/operator.h"

#include "common/http/management.h"
#include "common/rfc3339.h"
#include "operator/crm/desired/desired_state.h"

#include <chrono>
#include <condition_variable>
#include <malloc.h>
#include <mutex>
#include <utility>

namespace crm {
namespace {

/// Less than the grace period of the operator's pod.
constexpr std::chrono::seconds kTimeToFinish{8};

/// Every kind holds a decoded page while it lists, all at once: this is the peak of memory at the start.
constexpr int kPageSize = 25;

/// When heap that is not in use goes back to the system: soon after the start, when everything has been
/// listed, and after bursts.
constexpr std::chrono::seconds kFirstTidying{5};
constexpr std::chrono::seconds kTidying{60};

/// False when stop was requested before the time was over.
bool wait(std::stop_token stop, std::chrono::seconds time) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
    return !stop.stop_requested();
}

void tidy(std::stop_token stop) {
    for (auto time = kFirstTidying; wait(stop, time); time = kTidying) {
        malloc_trim(0);
    }
}

std::string now_text() {
    return common::rfc3339_seconds(std::chrono::system_clock::now());
}

}  // namespace

Result<std::unique_ptr<Operator>> Operator::start(kube::Client& client, common::Metrics& metrics,
                                                  const OperatorOptions& options) {
    std::unique_ptr<Operator> result(new Operator(client, metrics, options));
    if (const auto served = result->serve_management(options.management); !served) {
        return tl::unexpected(served.error());
    }
    result->thread_ = std::jthread([self = result.get()](std::stop_token stop) {
        self->controller_.run(self->reconciler_, std::move(stop));
    });
    result->tidier_ = std::jthread(tidy);
    return result;
}

Operator::Operator(kube::Client& client, common::Metrics& metrics, const OperatorOptions& options)
    : metrics_(metrics),
      client_(client, metrics_.registry()),
      controller_metrics_(metrics_.registry(), "crminstance", options.workers),
      controller_(client_, runtime::real_environment(), controller_metrics_,
                  {.workers = options.workers, .page_size = kPageSize, .subject = "instance"}),
      stores_(controller_, owned_kinds()),
      instance_metrics_(metrics_.registry()),
      reconciler_(stores_, options.settings,
                  {.random = system_random_bytes,
                   .now = now_text,
                   .clock = runtime::real_environment().now,
                   .max_disruptions = options.max_disruptions,
                   .nodes_on_demand = options.nodes_on_demand,
                   .wake = [this](const kube::ObjectKey& key) { controller_.wake(key, "turn"); },
                   .wake_later = [this](const kube::ObjectKey& key,
                                        runtime::Duration wait) { controller_.wake(key, "time", wait); },
                   .give_up = give_up_.get_token()}) {
    stores_.instances().on_fields([this](const kube::json& before, const kube::json& after) {
        instance_metrics_.changed(before, after);
    });
    stores_.watch(controller_, options.ns);
}

Operator::~Operator() {
    // Requests are cut off when their time is over, unless everything has ended before.
    const std::jthread patience([&](std::stop_token stop) {
        if (wait(std::move(stop), kTimeToFinish)) {
            give_up_.request_stop();
        }
    });
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
}

Result<void> Operator::serve_management(const common::Endpoint& endpoint) {
    const auto ready = [this] { return controller_.ready(); };
    common::http::Handler handler =
        [this, inner = common::http::management(ready, metrics_)](const common::http::Request& request) {
            if (request.path == "/metrics") {
                controller_.update_metrics();
            }
            return inner(request);
        };
    auto started =
        common::http::ServerThread::start(common::http::management_options(endpoint), std::move(handler));
    if (!started) {
        return tl::unexpected(started.error());
    }
    management_ = std::move(*started);
    return {};
}

}  // namespace crm
