// Text that somebody else wrote, such as the API server or a webhook: made fit to be passed on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace common {

/// The text as one line of valid UTF-8 of at most `limit` bytes. What is not UTF-8 becomes U+FFFD, white
/// space and control characters one space; what is too long is cut between two characters and ends with "…".
std::string one_line(std::string_view text, std::size_t limit);

/// Whether two messages say the same: they may differ in what is another each time it is told, which is
/// taken to be every word with a digit in it (a number, a time, a digest), and every uuid.
bool same_but_for_noise(std::string_view one, std::string_view other);

}  // namespace common
