#pragma once

#include <string>
#include <string_view>

#include "common/file_system.h"
#include "common/process.h"
#include "common/status.h"

namespace penstock {

/// 64 hex digits from the machine's random numbers.
std::string RandomSecret();

/// Makes a directory and those above it; where that fails, the hint names `option`, the key by
/// which another one is chosen.
Status MakeConfiguredDirectory(FileSystem& fs, const std::string& directory,
                               std::string_view option);

/// <data>/secret: what coordinator, workers and task hosts of one cluster prove to each other.
/// Made (0600) when it is missing, also by a worker that comes first.
Result<std::string> EnsureClusterSecret(FileSystem& fs, const std::string& data_directory);
/// <data>/token: what changes through the REST interface must carry. Made (0600) when missing.
Result<std::string> EnsureRestToken(FileSystem& fs, const std::string& data_directory);

/// Takes <data>/coordinator.lock until the result is destroyed or the process ends. kConflict when
/// another process has it.
Result<UniqueFd> LockDataDirectory(const std::string& data_directory);

}  // namespace penstock
