#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/runtime/state_table.h"
#include "tests/support/temp_dir.h"
#include "worker/state/restored_checkpoint.h"
#include "worker/state/snapshot_write.h"
#include "worker/task/task_state.h"

namespace penstock::testing {

/// One subtask with one table of numbers by text, on real files: what a task does around its state.
class StatefulTask {
 public:
  using Table = StateTable<std::string, std::uint64_t>;

  struct Setup {
    std::uint32_t subtask = 0;
    std::uint32_t parallelism = 1;
    std::string directory;  ///< For the working state; must not exist.
    FileSystem* fs = &PosixFileSystem();
    std::uint64_t table_bytes = 0;
    std::string uid = "numbers";
  };

  explicit StatefulTask(const Setup& setup)
      : uid_(setup.uid),
        identity_{.job = JobId(1, 2),
                  .job_name = "job",
                  .generation = Generation(1),
                  .subtask = {VertexId(1), setup.subtask},
                  .parallelism = setup.parallelism,
                  .max_parallelism = kGroups,
                  .state_directory = setup.directory,
                  .table_bytes = setup.table_bytes,
                  .memory = &memory_,
                  .file_system = *setup.fs,
                  .clock = SystemClock::Instance()},
        table_({uid_,
                "count",
                "value",
                FingerprintOf<std::string>(),
                {},
                FingerprintOf<std::uint64_t>()},
               Groups(setup.subtask, setup.parallelism), kGroups),
        state_(identity_) {}

  Status Open(std::shared_ptr<const RestoredCheckpoint> restore = nullptr) {
    return state_.Open({{uid_, {&table_}}}, std::move(restore));
  }
  /// Is this subtask responsible for the key?
  bool Owns(const std::string& key) {
    return Groups(identity_.subtask.index, identity_.parallelism)
        .Contains(KeyGroupOf(hasher_(key), kGroups));
  }
  void Set(const std::string& key, std::uint64_t value) {
    table_.Mutable(*table_.GetOrCreate(key, hasher_(key)).first) = value;
  }
  void Erase(const std::string& key) {
    if (auto* entry = table_.Find(key, hasher_(key))) table_.Erase(*entry);
  }
  /// 0 when there is none.
  std::uint64_t Get(const std::string& key) {
    auto* entry = table_.Find(key, hasher_(key));
    return entry == nullptr ? 0 : entry->value();
  }
  /// Whether the changes were stored, and the snapshot.
  std::pair<Status, Result<WrittenSnapshot>> Snapshot(const std::string& directory,
                                                      const std::string& completed = "") {
    FrozenChain frozen;
    frozen.operators.push_back({uid_, "numbers", "", {}});
    frozen.operators[0].tables.push_back({table_.descriptor(), table_.Freeze()});
    state_.BeginSnapshot();
    SnapshotTarget target;
    target.directory = directory;
    target.completed_directory = completed;
    target.checkpoint = CheckpointId(1);
    target.subtask = identity_.subtask;
    target.parallelism = identity_.parallelism;
    target.max_parallelism = kGroups;
    const SnapshotStores stores = state_.stores();
    const Status stored = StoreChanges(frozen, *stores.tier);
    Result<WrittenSnapshot> written = stored.ok()
                                          ? WriteTaskSnapshot(stores, target, std::move(frozen))
                                          : Result<WrittenSnapshot>(stored);
    frozen = {};
    state_.Thaw(stored.ok());
    return {stored, std::move(written)};
  }

  Table& table() { return table_; }
  TaskState& state() { return state_; }

  static constexpr std::uint32_t kGroups = 64;

 private:
  static KeyGroupRange Groups(std::uint32_t subtask, std::uint32_t parallelism) {
    return KeyGroupRangeOf(subtask, kGroups, parallelism);
  }

  const std::string uid_;
  StateMemory memory_{8 << 20};
  TaskIdentity identity_;
  KeyHasher<std::string> hasher_;
  Table table_;
  TaskState state_;
};

inline Result<std::shared_ptr<const RestoredCheckpoint>> ReadCheckpoint(
    FileSystem& fs, const std::string& directory, std::vector<TaskSnapshot> tasks,
    RecoveryOptions options = {}) {
  return RestoredCheckpoint::Read(fs, {CheckpointId(1), directory, false, std::move(tasks)},
                                  std::move(options));
}

}  // namespace penstock::testing
