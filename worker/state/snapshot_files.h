#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "common/file_system.h"
#include "common/status.h"
#include "common/task_snapshot.h"
#include "worker/state/tier_database.h"

namespace penstock {

/// Puts the table files of one task into the directories of its checkpoints: as hard links; into
/// another file system as copies, of files that the last completed checkpoint has not. One thread
/// at a time.
class SnapshotFiles {
 public:
  explicit SnapshotFiles(FileSystem& fs) : fs_(fs) {}

  /// Counts as stored already: the file is part of the checkpoint that the task was restored from.
  void AddStored(std::uint64_t size, std::uint64_t checksum, std::uint64_t tail) {
    stored_[{size, checksum}] = tail;
  }
  /// Around the files of one checkpoint; only those of the last one that was finished count as
  /// stored.
  void Begin() { placed_.clear(); }
  void Finish() { stored_ = std::move(placed_); }

  struct Placed {
    SnapshotFile file;
    std::uint64_t tail_checksum = 0;
    bool fresh = false;  ///< No earlier checkpoint has it.
  };
  /// `completed`: directory of a checkpoint of this task that is known to be completed; empty when
  /// there is none.
  Result<Placed> Place(const TierFile& file, const std::string& local_directory,
                       const std::string& target_directory, const std::string& name,
                       const std::string& completed);

 private:
  using Content = std::pair<std::uint64_t, std::uint64_t>;  // size and checksum

  Status LinkOrCopyNew(const std::string& local, const std::string& target_directory,
                       const std::string& name, const std::string& completed);

  FileSystem& fs_;
  // Checksums of the tails, of files of the last checkpoint and of the one being written.
  std::map<Content, std::uint64_t> stored_;
  std::map<Content, std::uint64_t> placed_;
};

}  // namespace penstock
