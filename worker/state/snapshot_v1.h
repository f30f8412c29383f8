#pragma once

#include <cstdint>
#include <string>

#include "checkpoint/task_snapshot.h"
#include "common/file_system.h"
#include "common/fingerprint.h"
#include "common/key_group.h"
#include "common/status.h"
#include "worker/state/tier_database.h"

namespace penstock {

// Format version 1 of snapshots (docs/formats/snapshot.md): full, a sorted file per table, several
// entries per key for panes and timers.

/// What the table's value layout would be called in the present version.
Fingerprint ValueLayoutOfV1(const SnapshotTable& table);
/// Likewise, what stands beside the key.
Fingerprint SpaceLayoutOfV1(const SnapshotTable& table);

/// Puts the entries of `groups` into the tier, as those of `state`, in the present form. Blocks of
/// the file are verified as they are read. May throw StateError.
Status LoadTableV1(FileSystem& fs, const std::string& directory, const SnapshotTable& table,
                   std::uint32_t state, KeyGroupRange groups, TierDatabase& tier);

}  // namespace penstock
