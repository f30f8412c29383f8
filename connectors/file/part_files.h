#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/runtime/operator_restore.h"
#include "common/checksum.h"
#include "common/file_system.h"
#include "common/ids.h"
#include "common/status.h"
#include "connectors/file/compression.h"

namespace penstock {

/// How a file sink writes; `directory` without a slash at its end.
struct PartFileOptions {
  std::string directory;
  std::string extension;                        ///< ".csv"; that of the compression is added.
  std::string header;                           ///< First bytes of each part; may be empty.
  std::uint64_t part_size = 128 * 1024 * 1024;  ///< A part is closed when it has so many bytes.
  Compression compression = Compression::kNone;
  bool bucketed = false;       ///< Rows go into directories below the root.
  std::size_t most_open = 64;  ///< Parts of as many buckets are written at a time.
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
///   commit     checked and renamed to [<bucket>/]part-<subtask>-<sequence>[-<job>]<extension>
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

  /// Whole rows; a part never ends inside of them. `bucket` is a directory below the root, see
  /// CheckBucket, or empty for the root. When too many parts are open the one that was not written
  /// to for the longest time is closed.
  Status Append(std::string_view bucket, std::string_view rows);
  /// Appends a committable for each part that was written since the last call.
  Status PreCommit(std::vector<std::string>& committables);
  /// Idempotent. Corruption names the files when neither source nor target are as they should be.
  Status Commit(std::string_view committable);
  /// After PreCommit; docs/formats/part_files.md.
  void AppendState(std::string& state) const;

 private:
  PartFiles(FileSystem& fs, PartFileOptions options, PartFileWriter writer);

  /// A part in progress.
  struct Part {
    std::string name;
    std::string target;
    std::unique_ptr<WritableFile> file;
    std::unique_ptr<Encoder> encoder;  // null without compression
    std::uint64_t length = 0;          // on disk
    RunningChecksum checksum;
    std::uint64_t last_use = 0;
  };
  using Parts = std::map<std::string, Part, std::less<>>;  // by bucket

  Status RestoreState(std::string_view state, bool continued);
  Status RefuseForeignParts(const std::string& directory);
  Status RemoveLeftovers();
  std::string TargetName(std::string_view bucket, std::uint64_t sequence) const;
  Result<Parts::iterator> StartPart(std::string_view bucket);
  Status CloseLeastRecentlyUsed();
  /// Packs the bytes, if the part is compressed, and appends them.
  Status AppendTo(Part& part, std::string_view bytes);
  Status AppendPacked(Part& part, std::string_view bytes);
  Status ClosePart(Parts::iterator entry);

  FileSystem& fs_;
  const PartFileOptions options_;
  const PartFileWriter writer_;
  std::uint64_t next_sequence_ = 0;
  bool names_job_ = false;                // the job began with another one's state
  std::vector<std::string> uncommitted_;  // names of pre-committed files
  std::vector<std::string> closed_;       // committables since the last pre-commit
  Parts open_;
  std::uint64_t uses_ = 0;  // calls of Append
  std::string packed_;      // of one call; kept for its memory
};

/// A bucket is a relative path of one or more names, with '/' between them. None may be empty,
/// begin with '.' or '_' (readers pass over such directories), begin with "part-", be longer than
/// 200 bytes or have control characters in it.
Status CheckBucket(std::string_view bucket);

}  // namespace penstock
