#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/file_system.h"
#include "common/ids.h"
#include "common/status.h"
#include "common/task_snapshot.h"
#include "common/timestamp.h"
#include "worker/state/frozen_chain.h"

namespace penstock {

/// Which snapshot is written, and where to.
struct SnapshotTarget {
  std::string directory;
  CheckpointId checkpoint;
  SubtaskId subtask;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = 1;
  std::vector<Timestamp> input_watermarks;  ///< By input channel.
};

/// Writes one sorted file per table that has entries, then the metadata file; all durable when it
/// returns, the directory's entries included. Destroys each table's content once it is written.
Result<TaskSnapshot> WriteTaskSnapshot(FileSystem& fs, const SnapshotTarget& target,
                                       FrozenChain frozen);

}  // namespace penstock
