#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/process.h"

namespace penstock {

/// How much of a task host's output is kept: its file, and those that were full and put aside.
struct HostLogLimits {
  std::uint64_t file_bytes = 4u << 20;
  unsigned files = 2;  ///< Put aside; the older ones are removed.
};

/// What a task host writes to stdout and stderr: into a file that is put aside when it is full, as
/// <name>.1.log and so on, with its end remembered. Files end with whole lines where lines are not
/// longer than a file. Bytes are in the file at once, for people who watch it, but never synced:
/// they are no state, which is why this goes past FileSystem. Errors of the disk lose lines, never
/// the host. One thread.
///
/// While it lives it holds a lock (flock(2)) on its file, by which pruning knows that the log is in
/// use (worker/agent/host_log_pruning.h).
class HostLog {
 public:
  static constexpr std::size_t kMaxTail = 16384;

  /// `path` ends with ".log"; its directory must exist.
  explicit HostLog(std::string path, HostLogLimits limits = {});

  void Append(std::string_view bytes);
  /// The last whole lines, at most kMaxTail bytes.
  std::string Tail() const;

 private:
  void Remember(std::string_view bytes);
  void Open();
  void PutAside();
  /// Gives the file up when the disk fails.
  void Write(std::string_view bytes);

  std::string path_;
  HostLogLimits limits_;
  UniqueFd file_;  // none: the disk has failed
  std::uint64_t size_ = 0;
  std::string tail_;
  bool cut_ = false;  // tail_ is not all there was
};

/// The name of the log `path` that was put aside as the `number`th: "a.log" is "a.2.log".
std::string PutAsideName(std::string_view path, unsigned number);

}  // namespace penstock
