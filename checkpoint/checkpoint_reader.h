#pragma once

#include <string>
#include <vector>

#include "checkpoint/stored_checkpoint.h"
#include "checkpoint/task_snapshot.h"
#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

/// The metadata of one task, whose files are in `directory`. Corruption when the file is missing,
/// damaged or another task's.
Result<SnapshotMetadata> ReadTaskMetadata(FileSystem& fs, const std::string& directory,
                                          const TaskSnapshot& task);

/// The metadata of all tasks, in the manifest's order, checked against it. Corruption when a file
/// is missing or damaged. Reads no state.
Result<std::vector<SnapshotMetadata>> ReadTaskMetadata(FileSystem& fs,
                                                       const StoredCheckpoint& checkpoint);

/// Reads every block of every file; returns what is wrong, a sentence for each damaged file.
std::vector<std::string> FindDamage(FileSystem& fs, const StoredCheckpoint& checkpoint);

}  // namespace penstock
