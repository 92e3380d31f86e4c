// What a program said before it ended, from the log's end that the kubelet keeps. Pure.
#pragma once

#include <string>
#include <string_view>

namespace crm {

/// The last lines, in one. Of a line that is JSON, as our own programs write them, what it tells people.
std::string last_words(std::string_view log);

}  // namespace crm
