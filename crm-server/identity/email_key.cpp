#include "crm-server/identity/email_key.h"

#include "crm-server/unicode/fold.h"

namespace identity {

std::string email_key(std::string_view email) {
    if (email.size() > kLongestEmail || email.find('\0') != std::string_view::npos) return {};
    return unicode::fold(email);
}

}  // namespace identity
