// What the answers of the Kubernetes API mean. Pure.
#pragma once

#include "common/result.h"
#include "operator/kube/client.h"
#include "operator/kube/object.h"

#include <string>
#include <string_view>

namespace kube {

struct Response {
    int status = 0;
    std::string retry_after = {};  // the header, empty when absent
    std::string body = {};
};

/// The error that an answer with a status other than 2xx stands for. Keeps the API server's message, with
/// the causes of a rejected object that the message leaves out.
Error error_of(const Response& response);

/// The error that a Status object stands for, as in an ERROR event of a watch.
Error error_of_status(const json& status);

Result<json> decode_object(const Response& response);
Result<Page> decode_page(const Kind& kind, const Response& response);

}  // namespace kube
