#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "checkpoint/task_snapshot.h"
#include "common/file_system.h"
#include "common/key_group.h"
#include "common/status.h"

namespace penstock {

// Format version 1 of snapshots (docs/formats/snapshot.md): full, a sorted file per table, several
// entries per key for panes.

/// Describes a table of version 1 as the present version does: DecodeSnapshotMetadata.
void DescribeTableOfV1(SnapshotTable& table);

/// Visits the entries of a table of version 1 that are in `groups`, in the present form: `key` is
/// what follows an entry key's header (common/entry_key.h). Stops at the first error. Blocks of the
/// file are verified as they are read.
using VisitEntryOfV1 =
    std::function<Status(std::uint32_t group, std::string_view key, std::string_view value)>;
Status ReadTableOfV1(FileSystem& fs, const std::string& directory, const SnapshotTable& table,
                     KeyGroupRange groups, const VisitEntryOfV1& visit);

}  // namespace penstock
