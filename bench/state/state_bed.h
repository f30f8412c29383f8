#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/temporary_directory.h"
#include "common/file_system.h"
#include "worker/task/task_state.h"

namespace penstock::bench {

/// The state of one task that has all key groups, and its surroundings, without the task.
class StateBed {
 public:
  /// `memory_bytes` for its tables and the caches beneath them.
  explicit StateBed(std::uint64_t memory_bytes)
      : memory_(memory_bytes),
        identity_{.job = JobId(1, 1),
                  .job_name = "bench",
                  .generation = Generation(1),
                  .subtask = {},
                  .parallelism = 1,
                  .max_parallelism = kDefaultMaxParallelism,
                  .state_directory = JoinPath(directory_.path(), "state"),
                  .table_bytes = memory_.table_bytes(),
                  .memory = &memory_,
                  .file_system = PosixFileSystem(),
                  .clock = SystemClock::Instance()},
        state_(identity_) {}

  const TaskIdentity& identity() const { return identity_; }
  TaskState& state() { return state_; }
  /// Of one operator without a job.
  Status Open(KeyedTable& table, std::shared_ptr<const RestoredCheckpoint> restore = nullptr) {
    return state_.Open({{table.descriptor().operator_uid, {&table}}}, std::move(restore));
  }

 private:
  TemporaryDirectory directory_;
  StateMemory memory_;
  const TaskIdentity identity_;
  TaskState state_;
};

}  // namespace penstock::bench
