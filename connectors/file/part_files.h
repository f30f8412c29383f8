#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/runtime/operator_restore.h"
#include "common/checksum.h"
#include "common/file_system.h"
#include "common/ids.h"
#include "common/status.h"

namespace penstock {

/// How a file sink writes; `directory` without a slash at its end.
struct PartFileOptions {
  std::string directory;
  std::string extension;                        ///< ".csv"
  std::string header;                           ///< First bytes of each part; may be empty.
  std::uint64_t part_size = 128 * 1024 * 1024;  ///< A part is closed when it has so many bytes.
};

/// Who writes.
struct PartFileWriter {
  JobId job;
  std::uint32_t subtask = 0;
  std::uint32_t parallelism = 1;
  Generation generation;
};

/// The transactional part of a file sink, for one subtask (docs/formats/part_files.md):
///   write      .part-<subtask>-<sequence>-<job>-g<generation>.inprogress in the target directory
///   pre-commit closed and synced; the committable is name, target, length and checksum
///   commit     checked and renamed to part-<subtask>-<sequence>[-<job>]<extension>
/// No file is ever opened for writing again. A reader that ignores names beginning with '.' sees
/// only what is committed. The job is in the names of the parts of a job that began with another
/// job's state, so that both can write on. Task thread only.
class PartFiles {
 public:
  /// `restore` has what AppendState of the restored checkpoint wrote, at each subtask; no states at
  /// a fresh start, which is refused when the directory has parts already: nothing is committed
  /// before every subtask has started, so those are another run's. Makes the directory and removes
  /// unfinished files that older generations of this job have left, at the subtasks that this one
  /// continues (i % parallelism); other jobs' files are left alone.
  static Result<std::unique_ptr<PartFiles>> Open(FileSystem& fs, PartFileOptions options,
                                                 PartFileWriter writer,
                                                 const OperatorRestore& restore);

  /// Whole rows; a part never ends inside of them.
  Status Append(std::string_view rows);
  /// Appends a committable for each part that was written since the last call.
  Status PreCommit(std::vector<std::string>& committables);
  /// Idempotent. Corruption names the files when neither source nor target are as they should be.
  Status Commit(std::string_view committable);
  /// After PreCommit; docs/formats/part_files.md.
  void AppendState(std::string& state) const;

 private:
  PartFiles(FileSystem& fs, PartFileOptions options, PartFileWriter writer);

  Status RestoreState(std::string_view state, bool continued);
  Status MakeDirectory();
  Status RefuseForeignParts();
  Status RemoveLeftovers();
  /// In the directory, without the extension.
  std::string TargetName() const;
  Status StartPart();
  Status ClosePart();

  FileSystem& fs_;
  const PartFileOptions options_;
  const PartFileWriter writer_;
  std::uint64_t next_sequence_ = 0;
  bool names_job_ = false;                // the job began with another one's state
  std::vector<std::string> uncommitted_;  // names of pre-committed files
  std::vector<std::string> closed_;       // committables since the last pre-commit
  // The part in progress, if any.
  std::unique_ptr<WritableFile> file_;
  std::string name_;
  std::uint64_t length_ = 0;
  RunningChecksum checksum_;
};

/// Can files be made in the directory, or can it be made? Changes nothing in the end.
Status CheckWritable(FileSystem& fs, const std::string& directory);

}  // namespace penstock
