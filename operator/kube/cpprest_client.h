// The Client that talks to a real API server, on cpprestsdk. Everything of that library is in its one file.
//
// Threads: calls run in the caller's thread, as many at once as there are callers; each has a connection of
// its own, kept for the next call. The library's four threads only move bytes.
// Retries: a call that may be repeated (all but create) is sent once more when its connection broke, on a
// new one. The library itself repeats any request that a kept connection did not even begin to answer; a
// create repeated so ends as conflict when the first one arrived after all, which is why objects must be
// created by name, not generateName. Redirects are not followed and proxies not used.
#pragma once

#include "common/result.h"
#include "operator/kube/client.h"
#include "operator/kube/config.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

namespace kube {

/// How long the server may be silent. It waits up to 30 s for an admission webhook, and then has something to
/// say. A watch ends by itself before its limit.
struct SilenceLimits {
    std::chrono::milliseconds call = std::chrono::seconds(40);
    std::chrono::milliseconds watch = std::chrono::seconds(300);
};

/// Told of each request whose answer has begun, or (status 0) will not come. Any thread.
using OnAnswer = std::function<void(std::string_view method, int status, std::chrono::nanoseconds took)>;

/// Does not connect yet. Fails when certificates or URL cannot be used. Destroy it, after the calls have
/// returned, before main does.
Result<std::unique_ptr<Client>> connect(const Config& config, const SilenceLimits& limits = {},
                                        OnAnswer on_answer = {});

}  // namespace kube
