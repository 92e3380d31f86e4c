#include "crm-server/secret_file.h"

#include <fstream>
#include <iterator>

Result<std::string> read_secret_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) return fail(ErrorKind::unavailable, "Cannot read the file " + path.string() + ".");
    text.erase(text.find_last_not_of("\r\n") + 1);  // npos + 1 is 0
    if (text.empty()) return fail(ErrorKind::invalid, "The file " + path.string() + " is empty.");
    return text;
}
