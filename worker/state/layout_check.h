#pragma once

#include <string>
#include <vector>

#include "api/runtime/keyed_table.h"
#include "checkpoint/task_snapshot.h"

namespace penstock {

/// OK when a table of that descriptor can take what the snapshot holds; else a user error that
/// shows both lists of fields.
Status CheckLayout(const SnapshotTable& stored, const StateDescriptor& registered);

}  // namespace penstock
