#pragma once

#include <cstdint>
#include <string>

#include "common/checkpoint_mode.h"
#include "common/key_group.h"

namespace penstock {

/// What a job gets where its function says nothing.
struct JobDefaults {
  std::string name;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = kDefaultMaxParallelism;
  CheckpointMode checkpoint_mode = CheckpointMode::kExactlyOnce;  ///< Bounds the guarantee.
};

}  // namespace penstock
