#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/runtime/keyed_table.h"
#include "checkpoint/value_migration.h"
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
/// Only states that have another type or uid now, or an older format, are read and written anew.
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
  /// A state of the job as the checkpoint has it.
  struct Stored {
    std::uint32_t before;  ///< Its id in the checkpoint; another one when the uid has changed.
    const SnapshotTable* table;  ///< Of the first old task that has it; all agree on the layout.
    ValueMigration migration;
  };
  /// A table of format version 1.
  struct OldTable {
    const SnapshotTable* table;
    std::uint32_t state;
  };

  Status AddTable(const StoredOperator& stored, const SnapshotTable& table, KeyedTable& now);
  Result<std::uint32_t> Match(const StoredOperator& stored, const SnapshotTable& table,
                              const StateDescriptor& now);
  void Want(const StoredTask& task, std::uint32_t state);
  Status CheckCoverage() const;
  Result<ImportedPart> Verified(const Wanted& wanted, SnapshotFiles& files) const;
  Status Load(const OldTable& old, TierDatabase& tier) const;
  /// Of the imported states, those that have another id or layout now.
  std::vector<StateMove> Moves() const;

  FileSystem& fs_;
  const std::shared_ptr<const RestoredCheckpoint> checkpoint_;  // shared: by all tasks of the host
  const VertexId vertex_;
  const KeyGroupRange groups_;
  const std::uint32_t max_parallelism_;
  std::vector<Wanted> wanted_;
  std::map<std::uint32_t, Stored> stored_;  // by the id in the job
  std::vector<OldTable> old_tables_;
};

}  // namespace penstock
