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
  /// Savepoint or checkpoint that the job starts from until it has one of its own; empty: none.
  std::string start_from;
  std::map<CheckpointId, std::string> unreadable;  ///< Found damaged by a task, with the reason.
};

struct RestoreChoice {
  std::optional<RestorePoint> point;  ///< Nothing: the job has never completed a checkpoint.
  bool foreign = false;               ///< `point` is what the job was told to start from.
  CheckpointId newest;                ///< Largest id that was ever used; 0 for none.
  std::vector<std::string> warnings;
};

/// The checkpoint to start from: the newest that was decided. If it is damaged or gone, an older
/// one for jobs without transactional sinks; else, and when none is left, kCorruption with the
/// reason of the newest. A job that had a checkpoint never starts from the beginning. A job that
/// has none of its own starts from `start_from`, and its ids go on from there. Other errors may
/// pass.
Result<RestoreChoice> ChooseRestorePoint(FileSystem& fs, CheckpointStorage& storage,
                                         const RestoreQuestion& question);

}  // namespace penstock
