#pragma once

#include <cstdint>
#include <string>

#include "checkpoint/task_snapshot.h"

namespace penstock {

/// A table file and its content.
struct TierFile {
  PartFile file;  ///< Its name is that in its directory.
  std::uint64_t size = 0;
  std::uint64_t checksum = 0;
};

}  // namespace penstock
