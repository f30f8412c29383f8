#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/runtime/keyed_table.h"
#include "common/file_system.h"
#include "common/key_group.h"
#include "common/status.h"
#include "worker/state/restored_checkpoint.h"
#include "worker/state/snapshot_files.h"
#include "worker/state/tier_database.h"

namespace penstock {

/// Brings the keyed state of a checkpoint into the tier of one task: of every state the parts of
/// all old subtasks that reach into the task's key groups. Nothing is read but what has to be
/// verified, so it takes milliseconds, whatever the size; entries are loaded when they are needed.
class TaskRestore {
 public:
  /// All outlive this; `checkpoint` is kept.
  TaskRestore(FileSystem& fs, std::shared_ptr<const RestoredCheckpoint> checkpoint, VertexId vertex,
              KeyGroupRange groups, std::uint32_t max_parallelism);

  /// An operator of the task with the states it registers. Refuses stored states that have another
  /// kind or layout, or belong to no state of the operator.
  Status AddOperator(const std::string& uid, const std::vector<KeyedTable*>& tables);
  /// After the last AddOperator: verifies the files and imports them. Notes in `files` what is
  /// stored already.
  Status Import(TierDatabase& tier, SnapshotFiles& files);

  /// After Import: the tier has entries of that state.
  bool HasStored(std::uint32_t state) const;

 private:
  /// An old part that has to be imported, for some of its states.
  struct Wanted {
    const StoredTask* task;
    const SnapshotPart* part;
    std::vector<std::uint32_t> states;
  };
  /// An old operator has a state under another id, because its uid has changed, or in a file of
  /// format version 1.
  struct Rewrite {
    const StoredTask* task;
    const SnapshotTable* table;
    std::uint32_t from;
    std::uint32_t to;
  };

  Status AddTable(const StoredOperator& stored, const SnapshotTable& table, KeyedTable& now);
  void Want(const StoredTask& task, std::uint32_t state);
  Status CheckCoverage() const;
  Result<ImportedPart> Verified(const Wanted& wanted, SnapshotFiles& files) const;
  Status Run(const Rewrite& rewrite, TierDatabase& tier) const;

  FileSystem& fs_;
  const std::shared_ptr<const RestoredCheckpoint> checkpoint_;  // shared: by all tasks of the host
  const VertexId vertex_;
  const KeyGroupRange groups_;
  const std::uint32_t max_parallelism_;
  std::vector<Wanted> wanted_;
  std::vector<Rewrite> rewrites_;
};

}  // namespace penstock
