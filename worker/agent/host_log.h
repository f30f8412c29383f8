#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/process.h"

namespace penstock {

/// What a task host writes to stdout and stderr: into a file up to a size, with its end remembered.
/// Lines are in the file at once, for people who watch it, but never synced: they are no state,
/// which is why this goes past FileSystem. Errors of the disk lose lines, never the host. One
/// thread.
class HostLog {
 public:
  static constexpr std::uint64_t kMaxFile = 4u << 20;
  static constexpr std::size_t kMaxTail = 16384;

  /// The directory of `path` must exist.
  explicit HostLog(const std::string& path, std::uint64_t max_file = kMaxFile);

  void Append(std::string_view bytes);
  /// The last whole lines, at most kMaxTail bytes.
  std::string Tail() const;

 private:
  /// False when the disk fails.
  bool Write(std::string_view bytes);

  UniqueFd file_;  // none: the disk has failed, or the file is full
  std::uint64_t room_;
  std::string tail_;
  bool cut_ = false;  // tail_ is not all there was
};

}  // namespace penstock
