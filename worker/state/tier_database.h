#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/runtime/entry_buffer.h"
#include "api/runtime/state_tier.h"
#include "checkpoint/task_snapshot.h"
#include "checkpoint/tier_file.h"
#include "common/file_system.h"
#include "common/key_group.h"
#include "common/mutex.h"
#include "common/status.h"
#include "worker/state/state_memory.h"

namespace penstock {

struct TierPart;

/// A part that a restore takes over from a checkpoint.
struct ImportedPart {
  KeyGroupRange groups;               ///< That count; its files may hold more.
  std::vector<std::uint32_t> states;  ///< That count.
  std::vector<TierFile> files;
  std::string directory;  ///< Where they are; they are linked, or copied across file systems.
};

/// Makes the entries of one imported state those of another one, or of itself.
struct StateMove {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  /// Sets `out` to what becomes of a value; empty: it stays.
  std::function<Status(std::string_view value, std::string& out)> convert;
};

/// The tier of one task: a RocksDB, made when it is first needed and lost with the process, which
/// the checkpoint directory outlives. It holds *parts*: each a column family that is responsible
/// for a range of key groups and some states. A task that starts from the beginning has one part;
/// a restore imports one for each part of the checkpoint that reaches into its key groups, by hard
/// links. An entry belongs to the one part that holds its state and its group.
///
/// One thread at a time changes it: the task's; or, from BeginSnapshot to EndSnapshot, the one that
/// writes the snapshot, while the task only reads, and waits where it would write.
class TierDatabase {
 public:
  /// `directory` must not exist yet. `fs` and `memory` outlive this.
  TierDatabase(std::string directory, KeyGroupRange groups, FileSystem& fs,
               const StateMemory& memory);
  ~TierDatabase();
  TierDatabase(const TierDatabase&) = delete;
  TierDatabase& operator=(const TierDatabase&) = delete;

  Status Import(const std::vector<ImportedPart>& parts);
  /// Once after Import, before anything is put: turns imported states into others, all at the same
  /// time, so that two may change places. What they were called has no entries then.
  Status Move(const std::vector<StateMove>& moves);
  /// Makes a place for the entries of a state: in the parts that were imported with it, or in the
  /// task's own. Nothing happens when it has one.
  void AddState(std::uint32_t state);

  // ---- task thread, while no snapshot is written ----
  // Errors are thrown as StateError.

  bool Get(std::string_view key, std::string& value);
  std::unique_ptr<TierCursor> NewCursor(std::uint32_t state);
  void Put(std::string_view key, std::string_view value);
  void Erase(std::string_view key);

  // ---- snapshots ----

  /// Task thread: from now on its writes wait.
  void BeginSnapshot();
  /// Any thread.
  void EndSnapshot();

  /// The snapshot's thread: puts sorted changes on top of what there is.
  class Changes : public EntryWriter {
   public:
    /// All of it, or nothing when it fails.
    virtual Status Ingest() = 0;
  };
  std::unique_ptr<Changes> NewChanges();
  /// The snapshot's thread: all parts with their files, which stay as long as `hold` does.
  struct Files {
    std::vector<SnapshotPart> parts;  ///< With the names that files have here.
    std::vector<TierFile> files;      ///< Of all parts, in the same order.
    std::shared_ptr<void> hold;
  };
  Result<Files> ListFiles();

  const std::string& directory() const { return directory_; }

 private:
  class Rep;
  class Cursor;
  class SortedChanges;

  Result<Rep*> Open();
  Rep& Opened();
  void WaitForSnapshot() EXCLUDES(mu_);
  Status ListPart(const TierPart& part, SnapshotPart& listed, std::vector<TierFile>& files);

  const std::string directory_;
  const KeyGroupRange groups_;
  FileSystem& fs_;
  const StateMemory& memory_;
  std::unique_ptr<Rep> rep_;
  std::vector<std::uint32_t> states_;
  std::uint64_t changes_ = 0;

  Mutex mu_;
  CondVar written_;
  bool writing_ GUARDED_BY(mu_) = false;
};

}  // namespace penstock
