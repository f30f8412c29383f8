#pragma once

#include <cstdint>
#include <string>

#include "api/runtime/operator.h"
#include "common/clock.h"
#include "common/file_system.h"
#include "common/ids.h"
#include "worker/state/state_memory.h"
#include "worker/task/record_taps.h"

namespace penstock {

/// Who a task is, and its surroundings; constant. What is referred to outlives the task.
struct TaskIdentity {
  JobId job;
  std::string job_name;
  Generation generation;
  SubtaskId subtask;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = 1;
  bool restored = false;                ///< Starts from a checkpoint.
  bool counting = true;                 ///< Of records and bytes, for metrics.
  std::string state_directory;          ///< Its own, for the tier; does not exist yet.
  std::uint64_t table_bytes = 0;        ///< Its share of the memory for tables; 0: no limit.
  const StateMemory* memory = nullptr;  ///< Needed by tasks with keyed state.
  RecordTaps* taps = nullptr;           ///< Null: nobody can watch its records.
  TaskWaker* waker = nullptr;           ///< The task sets it.
  FileSystem& file_system;
  const Clock& clock;
};

}  // namespace penstock
