#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/storage.h"
#include "wire/messages.h"

namespace penstock {

/// What is known of a job before its checkpoint directory is read.
struct RestoreQuestion {
  CheckpointId last_completed;  ///< The job store remembers that this one was decided; 0: none.
  bool transactional = false;   ///< Then an older checkpoint would commit results twice.
  std::map<CheckpointId, std::string> unreadable;  ///< Found damaged by a task, with the reason.
};

struct RestoreChoice {
  std::optional<RestorePoint> point;  ///< Nothing: the job has never completed a checkpoint.
  CheckpointId newest;                ///< Largest id that is there; 0 for none.
  std::vector<std::string> warnings;
};

/// The checkpoint to start from: the newest that was decided. If it is damaged or gone, an older
/// one for jobs without transactional sinks; else, and when none is left, kCorruption with the
/// reason of the newest. A job that had a checkpoint never starts from the beginning. Other errors
/// may pass.
Result<RestoreChoice> ChooseRestorePoint(CheckpointStorage& storage,
                                         const RestoreQuestion& question);

}  // namespace penstock
