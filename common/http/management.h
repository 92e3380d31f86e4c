// The management endpoint of a program: /healthz, /readyz and /metrics, for probes and Prometheus.
#pragma once

#include "common/endpoint.h"
#include "common/http/message.h"
#include "common/http/server.h"
#include "common/metrics.h"
#include "common/result.h"

#include <functional>

namespace common::http {

/// Nothing there takes a body: none is read.
ServerOptions management_options(const Endpoint& endpoint);

/// /healthz answers 200 as long as the program serves it at all; /readyz 200 when ready() succeeds, else 503
/// with its message; /metrics the exposition text. Metrics must outlive the handler; ready() is called on the
/// server's io_context and must not block.
Handler management(std::function<Result<void>()> ready, Metrics& metrics);

}  // namespace common::http
