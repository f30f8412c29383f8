#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "checkpoint/manifest.h"
#include "common/file_system.h"
#include "common/ids.h"
#include "common/status.h"

namespace penstock {

/// How an attempt to decide a checkpoint ended.
enum class Decision : unsigned char {
  kDecided,     ///< Durable: it is the job's newest checkpoint.
  kNotDecided,  ///< Surely not, and it never will be; the job can run on.
  /// The rename may or may not survive a crash. The generation must end: the next one reads the
  /// truth.
  kUnknown,
};

struct DecisionOutcome {
  Decision decision = Decision::kNotDecided;
  Status status;  ///< OK exactly when decided.
};

/// The checkpoint directory of one job, as one generation of it sees it:
///
///     <directory>/<job>/g<generation>/pending/<id>/...   being written
///     <directory>/<job>/completed/<id>/{MANIFEST, ...}   decided
///
/// A checkpoint is decided by the rename of its directory from pending to completed, and by nothing
/// else. Fence() moves the pending directories of older generations away, so that what they still
/// try to decide fails. Every operation goes by path. Not thread-safe.
class CheckpointStorage {
 public:
  /// `directory` is absolute; `fs` outlives this.
  CheckpointStorage(FileSystem& fs, const std::string& directory, JobId job);

  /// "<directory>/<job>"
  const std::string& job_directory() const { return root_; }
  std::string PendingPath(CheckpointId id) const;
  std::string CompletedPath(CheckpointId id) const;

  /// Begins a generation; call first, and once. When it returns OK nothing of an older generation
  /// can be decided any more and all that was decided is durable. Fails with kFenced when a newer
  /// generation has begun.
  Status Fence(Generation generation);

  /// Makes the empty directory pending/<id>; fails with kFenced when a newer generation has begun.
  Result<std::string> PreparePending(CheckpointId id);

  /// Checks that every file of the manifest is in pending/<id> with its size, writes the manifest
  /// and moves the directory to completed/.
  DecisionOutcome Decide(const CheckpointManifest& manifest);

  /// Moves pending/<id> out of reach and deletes it; what is still written there fails.
  Status AbortPending(CheckpointId id);

  /// Ids in completed/, ascending, whether intact or not.
  Result<std::vector<CheckpointId>> ListCompleted();

  /// Fails with kCorruption that names the file, what was expected and what was found.
  Result<CheckpointManifest> ReadManifest(CheckpointId id);

  /// Every file is there with its size. Fails as ReadManifest does, at the first that is not.
  Status VerifyFiles(const CheckpointManifest& manifest);

  /// Deletes all but the newest `count` completed checkpoints and those whose directories are
  /// `needed`.
  Status Retain(std::size_t count, const std::set<std::string>& needed = {});

 private:
  std::string GenerationPath(std::uint64_t generation) const;
  Status MakeOwnDirectories();
  Status FenceOlder();
  /// Deletes what earlier crashes left behind; failures are harmless.
  void RemoveLeftOvers();

  FileSystem& fs_;
  const std::string root_;
  const JobId job_;
  Generation generation_;
};

/// Deletes everything that CheckpointStorage keeps of a job: `<directory>/<job>`. Moved away first,
/// so that nothing half deleted is ever found; may be repeated. No generation of the job may live.
Status DeleteJobCheckpoints(FileSystem& fs, const std::string& directory, JobId job);

}  // namespace penstock
