#include "operator/kube/token_source.h"

#include <fstream>
#include <utility>

namespace kube {

TokenSource::TokenSource(std::string token, std::filesystem::path file)
    : file_(std::move(file)), token_(file_.empty() ? std::move(token) : std::string{}) {}

Result<std::string> TokenSource::token(Time now) {
    const std::lock_guard lock(mutex_);
    const bool fresh = read_at_ != Time::min() && now - read_at_ < kFresh;
    if (file_.empty() || fresh) {
        return token_;
    }
    std::ifstream stream(file_);
    std::string text;
    if (!(stream >> text)) {
        if (read_at_ != Time::min()) {
            return token_;  // half a renewal: what worked until now is better than nothing
        }
        return fail(ErrorKind::unauthorized, "cannot read a token from " + file_.string());
    }
    token_ = std::move(text);
    read_at_ = now;
    return token_;
}

bool TokenSource::forget(const std::string& token) {
    const std::lock_guard lock(mutex_);
    if (token == token_) {
        read_at_ = Time::min();
    }
    return !file_.empty();
}

}  // namespace kube
