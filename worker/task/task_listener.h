#pragma once

#include "common/ids.h"
#include "wire/messages.h"

namespace penstock {

/// What a task tells its host. Called on the task's or the snapshot thread; must not block.
class TaskListener {
 public:
  virtual ~TaskListener() = default;
  /// Restored and ready to start.
  virtual void OnDeployed(SubtaskId subtask) = 0;
  /// A source's input has ended, or it has been stopped; once.
  virtual void OnExhausted(SubtaskId subtask) = 0;
  virtual void OnAcknowledged(CheckpointAcknowledged acknowledged) = 0;
  virtual void OnDeclined(CheckpointDeclined declined) = 0;
  /// Committed and closed; the task's thread ends.
  virtual void OnFinished(SubtaskId subtask) = 0;
  /// The task's thread ends with this error.
  virtual void OnFailed(HostFailed failed) = 0;
};

}  // namespace penstock
