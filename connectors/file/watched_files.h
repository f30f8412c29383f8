#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/source.h"
#include "common/clock.h"
#include "common/file_system.h"
#include "common/status.h"
#include "connectors/file/file_split.h"

namespace penstock::internal {

/// What one subtask of a watching file source has read and has still to read: the files whose
/// path's hash is its own, each once. One thread at a time.
class WatchedFiles {
 public:
  /// `position` is what AppendPosition wrote, or the state of one of WatchedSplits.
  static Result<WatchedFiles> Restore(SplitPlan plan, std::chrono::milliseconds interval,
                                      std::string_view position);

  /// The file to read: the one that isn't finished, else the next new one; null when there is none
  /// until next_look(). Lists the directory at most once per interval.
  Result<const FileSplit*> Next(FileSystem& fs, Clock::MonotonicTime now);
  /// The file has been read.
  void Finish();
  Clock::MonotonicTime next_look() const { return next_look_; }
  /// `current` is the position in the file that is being read, empty when none is open
  /// (docs/formats/positions.md).
  void AppendPosition(std::string_view current, std::string& state) const;

 private:
  WatchedFiles(SplitPlan plan, std::chrono::milliseconds interval)
      : plan_(std::move(plan)), interval_(interval) {}

  Status Look(FileSystem& fs);
  bool Done(std::uint64_t hash) const;

  SplitPlan plan_;
  std::chrono::milliseconds interval_;
  std::uint32_t shard_ = 0;
  std::uint32_t shards_ = 1;
  std::vector<std::uint64_t> done_;  // hashes of paths, sorted
  std::optional<FileSplit> current_;
  bool handed_out_ = false;        // current_ has been given its index in this attempt
  std::uint32_t files_ = 0;        // handed out in this attempt
  std::deque<std::string> queue_;  // found new, in order
  Clock::MonotonicTime next_look_{};
};

/// One for each subtask.
std::vector<SourceSplit> WatchedSplits(std::uint32_t parallelism);
bool IsWatchedSplit(const SourceSplit& split);
/// The directory must exist; a pattern may match nothing yet.
Status ValidateWatch(const SplitPlan& plan, std::chrono::milliseconds interval, FileSystem& fs);
Status NotWatchedAnyMore();

}  // namespace penstock::internal
