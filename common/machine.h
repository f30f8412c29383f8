#pragma once

#include <cstdint>

#include "common/file_system.h"

namespace penstock {

/// Bytes of memory this process may use: the machine's, or the limit of its control group (version
/// 2 or 1) when that is lower.
std::uint64_t UsableMemory(FileSystem& fs);

/// Processor cores this process may run on; at least 1.
unsigned UsableCores();

}  // namespace penstock
