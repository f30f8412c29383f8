#pragma once

#include <cstdint>

#include "api/runtime/keyed_table.h"
#include "checkpoint/task_snapshot.h"

namespace penstock {

/// OK when a table of that descriptor can take what a snapshot of that format version holds; else a
/// user error that shows both lists of fields.
Status CheckLayout(std::uint32_t version, const SnapshotTable& stored,
                   const StateDescriptor& registered);

}  // namespace penstock
