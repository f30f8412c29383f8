#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

/// A plugin's name: its content's checksum as 16 lower-case hex digits.
std::string PluginHash(std::string_view content);

/// Plugins on a worker's disk, as <directory>/<hash>.so. Only whole files with the right content
/// are ever under that name. One thread.
class PluginCache {
 public:
  /// `fs` must outlive this.
  PluginCache(FileSystem& fs, std::string directory) : fs_(fs), directory_(std::move(directory)) {}

  /// The path of a stored plugin, its content checked; nothing when there is none. A damaged file
  /// is removed. kInvalidArgument for what is no hash.
  Result<std::optional<std::string>> Find(const std::string& hash);
  /// Stores it and returns the path. kCorruption when the content has another hash.
  Result<std::string> Store(const std::string& hash, std::string_view content);

 private:
  Result<std::string> PathOf(const std::string& hash) const;

  FileSystem& fs_;
  const std::string directory_;
};

}  // namespace penstock
