// Domain names of every script in the form in which the DNS has them. The library for them stays behind it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace unicode {

/// The name in A-labels (RFC 5890): "müller.example" as "xn--mller-kva.example", ASCII letters in lower case.
/// Empty when it is no name of hosts: labels of letters, digits and hyphens, of at most 63 octets each and
/// 253 together.
std::optional<std::string> ascii_domain_name(std::string_view name);

}  // namespace unicode
