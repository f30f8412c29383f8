#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/runtime/keyed_table.h"
#include "checkpoint/task_snapshot.h"
#include "common/file_system.h"
#include "common/status.h"
#include "common/task_snapshot.h"

namespace penstock {

/// One task's part of a checkpoint, verified and ready to be loaded.
class TaskRestore {
 public:
  /// Checks size and checksum of every file named in `snapshot`, and that it is this subtask's of a
  /// vertex with this parallelism. `fs` outlives the result.
  static Result<TaskRestore> Open(FileSystem& fs, std::string directory,
                                  const TaskSnapshot& snapshot, std::uint32_t parallelism,
                                  std::uint32_t max_parallelism, std::size_t input_channels);

  const SnapshotMetadata& metadata() const { return metadata_; }
  /// The stored state of that key; null when there is none.
  const SnapshotOperator* Find(const std::string& key) const;
  /// A user error naming each stored operator that is not among `known`, and each of `required`
  /// that is not stored.
  Status CheckOperators(const std::vector<std::string>& known,
                        const std::vector<std::string>& required) const;
  /// Loads all tables of one operator. Its registered and its stored tables must be the same, in
  /// names and layouts.
  Status LoadTables(const SnapshotOperator& stored, const std::vector<KeyedTable*>& tables) const;

 private:
  TaskRestore(FileSystem& fs, std::string directory, SnapshotMetadata metadata)
      : fs_(&fs), directory_(std::move(directory)), metadata_(std::move(metadata)) {}

  Status LoadTable(const SnapshotTable& stored, KeyedTable& table) const;

  FileSystem* fs_;
  std::string directory_;
  SnapshotMetadata metadata_;
};

}  // namespace penstock
