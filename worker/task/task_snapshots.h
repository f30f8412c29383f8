#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/timestamp.h"
#include "worker/state/frozen_chain.h"
#include "worker/stream_element.h"
#include "worker/task/executor.h"
#include "worker/task/mailbox.h"
#include "worker/task/task_identity.h"
#include "worker/task/task_listener.h"
#include "worker/task/task_state.h"

namespace penstock {

/// Writes a task's snapshots in the background, one at a time, and reports how they ended. Task
/// thread only.
class TaskSnapshots {
 public:
  /// Where checkpoints are, each in a directory named by its id.
  struct Directories {
    std::string pending;
    std::string completed;
  };
  /// `task`, `state` and what follows outlive this and the work submitted.
  TaskSnapshots(const TaskIdentity& task, Directories directories, TaskState& state,
                Executor& executor, Mailbox& mailbox, TaskListener& listener)
      : task_(task),
        directories_(std::move(directories)),
        state_(state),
        executor_(executor),
        mailbox_(mailbox),
        listener_(listener) {}

  bool in_flight() const { return in_flight_; }
  /// Writes what has been frozen; then posts SnapshotWritten and acknowledges or declines. Requires
  /// that none is in flight.
  void Write(CheckpointId checkpoint, FrozenChain frozen, std::vector<Timestamp> input_watermarks,
             SnapshotTimings timings);
  /// To be called for SnapshotWritten.
  void Written() { in_flight_ = false; }
  /// The checkpoint is completed: its files may be used again.
  void Completed(CheckpointId checkpoint) { last_completed_ = checkpoint; }
  void Decline(CheckpointId checkpoint, Status reason);

 private:
  const TaskIdentity& task_;
  const Directories directories_;
  TaskState& state_;
  Executor& executor_;
  Mailbox& mailbox_;
  TaskListener& listener_;
  bool in_flight_ = false;
  CheckpointId last_completed_;  // 0: none of this attempt
};

}  // namespace penstock
