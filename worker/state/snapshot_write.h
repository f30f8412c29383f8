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
#include "worker/state/snapshot_files.h"
#include "worker/state/tier_database.h"

namespace penstock {

/// Which snapshot is written, and where to.
struct SnapshotTarget {
  std::string directory;
  std::string completed_directory;  ///< Of the last checkpoint known to be completed, or empty.
  CheckpointId checkpoint;
  SubtaskId subtask;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = 1;
  std::vector<Timestamp> input_watermarks;  ///< By input channel.
};

struct WrittenSnapshot {
  TaskSnapshot snapshot;
  std::uint64_t new_bytes = 0;  ///< Of files that no earlier checkpoint has.
};

/// Where a task's changes go. What is referred to outlives it; `tier` is null for a task without
/// keyed state.
struct SnapshotStores {
  FileSystem& fs;
  TierDatabase* tier = nullptr;
  SnapshotFiles& files;
};

/// First step: puts all changes into the tier, sorted, and destroys them. When it fails nothing of
/// them is there. Ends the tier's snapshot (TierDatabase::EndSnapshot) in any case.
Status StoreChanges(FrozenChain& frozen, TierDatabase& tier);

/// Second step: places all table files and the metadata file in the checkpoint's directory; durable
/// when it returns, the directory's entries included.
Result<WrittenSnapshot> WriteTaskSnapshot(const SnapshotStores& stores,
                                          const SnapshotTarget& target, FrozenChain frozen);

}  // namespace penstock
