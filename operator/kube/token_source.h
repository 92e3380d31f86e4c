// The bearer token that requests carry.
#pragma once

#include "common/result.h"

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>

namespace kube {

/// A fixed token, or one in a file that somebody else renews (the kubelet, hourly by default): the file is
/// read again each minute and after forget(). Any thread.
class TokenSource {
  public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds kFresh{60};

    /// The file wins when it is not empty. Both empty: no token.
    TokenSource(std::string token, std::filesystem::path file);

    /// The token to use now; empty when there is none. Fails when the file cannot be read or is empty and no
    /// earlier token is left that was not refused.
    Result<std::string> token(Time now);

    /// To be called when the server refused `token`: the next call reads the file again. Returns whether
    /// that can help, which a fixed token cannot.
    bool forget(const std::string& token);

  private:
    const std::filesystem::path file_;
    std::mutex mutex_;
    std::string token_;
    Time read_at_ = Time::min();
};

}  // namespace kube
