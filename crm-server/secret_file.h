// Values that Kubernetes mounts as files, one value a file.
#pragma once

#include "common/result.h"

#include <filesystem>
#include <string>

/// The file's text without the line ends at its end, which editors and echo leave there. The error names the
/// file and never its contents; an empty file is `invalid`.
Result<std::string> read_secret_file(const std::filesystem::path& path);
