#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/ids.h"

namespace penstock {

/// One file of a snapshot in the checkpoint directory.
struct SnapshotFile {
  std::string name;  ///< Relative to the checkpoint's own directory.
  std::uint64_t size = 0;
  std::uint64_t checksum = 0;
  bool operator==(const SnapshotFile&) const = default;
};

/// A task's part of a checkpoint.
struct TaskSnapshot {
  SubtaskId subtask;
  std::vector<SnapshotFile> files;  ///< The first is the metadata file.
  bool operator==(const TaskSnapshot&) const = default;
};

}  // namespace penstock
