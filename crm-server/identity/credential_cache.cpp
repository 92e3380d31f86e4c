#include "crm-server/identity/credential_cache.h"

#include <utility>

namespace identity {

std::optional<Principal> CredentialCache::find(const std::string& digest, Clock::time_point now) const {
    const auto found = entries_.find(digest);
    if (found == entries_.end() || found->second.until <= now) return std::nullopt;
    return found->second.principal;
}

void CredentialCache::remember(std::string digest, Principal principal, Clock::time_point until,
                               std::uint64_t generation) {
    if (generation != generation_) return;
    if (entries_.size() >= capacity_) entries_.clear();
    entries_.insert_or_assign(std::move(digest), Entry{std::move(principal), until});
}

void CredentialCache::forget(const std::string& credential_id) {
    ++generation_;
    std::erase_if(entries_, [&](const auto& e) { return e.second.principal.credential_id == credential_id; });
}

void CredentialCache::forget_user(const std::string& user_id) {
    ++generation_;
    std::erase_if(entries_, [&](const auto& e) { return e.second.principal.user_id == user_id; });
}

}  // namespace identity
