#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/runtime/keyed_table.h"
#include "common/clock.h"
#include "common/status.h"
#include "worker/state/restored_checkpoint.h"
#include "worker/state/snapshot_files.h"
#include "worker/state/snapshot_write.h"
#include "worker/state/table_tier.h"
#include "worker/state/tier_database.h"
#include "worker/task/task_identity.h"

namespace penstock {

/// The tables that one operator has registered.
struct OperatorTables {
  std::string uid;
  std::vector<KeyedTable*> tables;
};

/// The keyed state of one task: all its tables, the tier beneath them, and the memory they share.
/// Task thread only unless stated.
class TaskState {
 public:
  /// `task` outlives this.
  explicit TaskState(const TaskIdentity& task);
  ~TaskState();
  TaskState(const TaskState&) = delete;
  TaskState& operator=(const TaskState&) = delete;

  /// Attaches the tables, which outlive this, to a tier that has what `restore` (null: nothing) has
  /// of them.
  Status Open(const std::vector<OperatorTables>& operators,
              std::shared_ptr<const RestoredCheckpoint> restore);

  /// Marks the tier as being written, if there is one.
  void BeginSnapshot();
  /// The snapshot has been destroyed; see KeyedTable::Thaw.
  void Thaw(bool stored);
  /// For the thread that writes the snapshot.
  SnapshotStores stores() { return {task_.file_system, tier_.get(), files_}; }

  /// Measures the tables and, when they take more than nearly all of their share, moves some of
  /// them down. Not while a snapshot is written.
  Status Balance(bool snapshot_in_flight);
  /// More than the share, as last measured; to go on the task has to wait until it may evict.
  bool over_limit() const { return limit_ > 0 && bytes_ > limit_; }
  /// As last measured.
  std::size_t bytes() const { return bytes_; }
  /// Loads some of what only the tier has, while there is room; when the task is `busy`, in turns
  /// with its work. False when there is nothing to do now.
  Result<bool> Fill(Clock::MonotonicTime now, bool busy);

 private:
  std::size_t Measure();
  Status FillSome();
  Status Evict();

  const TaskIdentity& task_;
  const std::uint64_t limit_;
  SnapshotFiles files_;
  std::unique_ptr<TierDatabase> tier_;
  std::vector<std::unique_ptr<TableTier>> table_tiers_;
  std::vector<KeyedTable*> tables_;
  std::size_t bytes_ = 0;
  bool filling_ = false;
  Clock::MonotonicTime filled_{};      // when a turn of filling ended
  Clock::MonotonicTime fill_again_{};  // when the next may begin while the task is busy
};

}  // namespace penstock
