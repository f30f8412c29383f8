#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace penstock {

struct LogFile {
  std::string name;
  std::uint64_t size = 0;
  std::int64_t modified_millis = 0;
};

/// What of a file is wanted.
struct LogRange {
  std::uint64_t offset = 0;
  std::uint64_t max_bytes = 0;
  bool from_end = false;  ///< The last `max_bytes`; `offset` means nothing.
};

struct LogPart {
  std::uint64_t file_size = 0;
  std::uint64_t offset = 0;  ///< Of the first byte.
  std::string bytes;         ///< As they are in the file; none behind its end.
};

/// The logs of one process in a directory that several share: <role>.log, <role>.out and their
/// rotated predecessors; of a worker also those of task hosts, <job>-<host>.log. Nothing else there
/// is ever listed or read, and no link is followed. Past FileSystem, as logs are written. Thread
/// compatible.
class LogFiles {
 public:
  enum class Scope : unsigned char { kProcess, kWorker };

  LogFiles(std::string directory, std::string role, Scope scope)
      : directory_(std::move(directory)), role_(std::move(role)), scope_(scope) {}

  /// Newest first. Empty when there is no such directory.
  std::vector<LogFile> List() const;
  /// `name` is one of List(), or "log" for the process' own log (<role>.log, else <role>.out), or
  /// "stdout" for what it prints (<role>.out). NotFound for any other. A name with a slash is never
  /// one.
  Result<LogPart> Read(const std::string& name, const LogRange& range) const;

 private:
  /// The name of a file.
  Result<std::string> Resolve(const std::string& name) const;
  bool Shows(std::string_view name) const;

  const std::string directory_;
  const std::string role_;
  const Scope scope_;
};

/// The name, without what follows the first '.', of the file in `directory` to which this process
/// writes its stderr; empty when it goes elsewhere.
std::string LogRole(const std::string& directory);

/// For people who read it in a terminal or a browser: every control character but newline and tab
/// as \xNN.
std::string EscapeControls(std::string_view text);

}  // namespace penstock
