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

namespace penstock {

/// Writes a task's snapshots in the background, one at a time, and reports how they ended. Task
/// thread only.
class TaskSnapshots {
 public:
  /// All outlive this and the work submitted. Snapshots go to <pending_directory>/<checkpoint id>.
  TaskSnapshots(const TaskIdentity& task, std::string pending_directory, Executor& executor,
                Mailbox& mailbox, TaskListener& listener)
      : task_(task),
        pending_directory_(std::move(pending_directory)),
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
  void Decline(CheckpointId checkpoint, Status reason);

 private:
  const TaskIdentity& task_;
  const std::string pending_directory_;
  Executor& executor_;
  Mailbox& mailbox_;
  TaskListener& listener_;
  bool in_flight_ = false;
};

}  // namespace penstock
