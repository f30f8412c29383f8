#pragma once

#include <string>

#include "checkpoint/manifest.h"
#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

/// Makes savepoints of completed checkpoints: the same files, linked, or copied where the file
/// systems differ, in a directory of the user's, with a manifest of their own. Thread-compatible;
/// takes long when it has to copy.
class SavepointExporter {
 public:
  /// `fs` outlives this.
  explicit SavepointExporter(FileSystem& fs) : fs_(fs) {}

  /// Writes `<target>/<name>/` from the checkpoint in `source`, which must not be deleted
  /// meanwhile, and returns the path. It is built as `<target>/<name>.incomplete` and renamed last,
  /// all of it durable: whatever crashes, there is a whole savepoint or none. After a failure
  /// nothing is left; after a crash the incomplete directory may be. A savepoint of a final
  /// checkpoint is not final: a job that starts from it runs on.
  Result<std::string> Export(const std::string& source, const std::string& target,
                             const std::string& name);

 private:
  Status MakeTarget(const std::string& target);
  Status Fill(const std::string& source, const std::string& directory,
              const CheckpointManifest& manifest);
  Status LinkOrCopy(const std::string& from, const std::string& to, const SnapshotFile& file);
  Status Copy(const std::string& from, const std::string& to, const SnapshotFile& file);

  FileSystem& fs_;
};

/// "savepoint-<first 6 digits of the job>-<12 digits of `random`>", as Flink names them.
std::string SavepointName(JobId job, std::uint64_t random);

}  // namespace penstock
