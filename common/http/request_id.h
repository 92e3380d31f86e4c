// Identifiers of requests: taken from the caller, so that a request can be followed through several
// programs, or made here.
#pragma once

#include "common/http/message.h"

#include <random>
#include <string>
#include <string_view>

namespace common::http {

/// Whether a caller's identifier may appear in logs and replies: 1 to 128 letters, digits and "-_.:+/=".
bool is_request_id(std::string_view text);

/// One thread.
class RequestIds {
  public:
    /// The X-Request-Id of the request when it is valid, else a new one.
    std::string id_of(const Request& request);

  private:
    std::mt19937_64 random_{std::random_device{}()};  // unique, not secret
};

}  // namespace common::http
