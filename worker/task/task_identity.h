#pragma once

#include <string>

#include "common/clock.h"
#include "common/file_system.h"
#include "common/ids.h"

namespace penstock {

/// Who a task is, and its surroundings; constant. What is referred to outlives the task.
struct TaskIdentity {
  JobId job;
  std::string job_name;
  Generation generation;
  SubtaskId subtask;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = 1;
  bool restored = false;  ///< Starts from a checkpoint.
  FileSystem& file_system;
  const Clock& clock;
};

}  // namespace penstock
