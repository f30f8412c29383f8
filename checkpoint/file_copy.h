#pragma once

#include <string>

#include "common/file_system.h"

namespace penstock {

/// A copy that is durable (not its directory's entry). Fails with kAlreadyExists when `to` exists.
Status CopyFile(FileSystem& fs, const std::string& from, const std::string& to);

/// Makes `to` the same file as `from` by a hard link, or where the file system can't, a copy of it
/// that is durable (not its directory's entry). Fails with kNotFound when `from` is missing and
/// with kAlreadyExists when `to` exists.
Status LinkOrCopy(FileSystem& fs, const std::string& from, const std::string& to);

}  // namespace penstock
