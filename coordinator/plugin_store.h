#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "common/file_system.h"
#include "common/mutex.h"
#include "common/status.h"

namespace penstock {

/// An uploaded plugin.
struct PluginEntry {
  std::string hash;  ///< 16 hex digits: Checksum() of its content.
  std::string name;  ///< The file's name when it was uploaded.
  std::int64_t uploaded_millis = 0;

  /// "<hash>_<name>", what the REST interface calls it.
  std::string id() const { return hash + "_" + name; }
};

/// Plugins by content hash: <directory>/<hash>.so, with what is known about them in <hash>.json.
/// Only stores bytes; nothing here loads them. Thread-safe.
class PluginStore {
 public:
  /// `fs` and `clock` outlive this.
  PluginStore(FileSystem& fs, const Clock& clock, std::string directory);

  /// Creates the directory (0700) and reads what is in it.
  Status Open() EXCLUDES(mu_);
  /// The same content again is the same entry, under its first name.
  Result<PluginEntry> Add(const std::string& name, std::string_view content) EXCLUDES(mu_);
  std::vector<PluginEntry> List() const EXCLUDES(mu_);
  /// By id or hash.
  Result<PluginEntry> Find(std::string_view id) const EXCLUDES(mu_);
  Status Remove(const std::string& hash) EXCLUDES(mu_);

  std::string PathOf(const std::string& hash) const;
  /// Up to `length` bytes at `offset` of a plugin's file; fewer only at its end.
  Result<std::string> Read(const std::string& hash, std::uint64_t offset,
                           std::uint32_t length) const EXCLUDES(mu_);

 private:
  std::string DescriptionPath(const std::string& hash) const;

  FileSystem& fs_;
  const Clock& clock_;
  const std::string directory_;
  mutable Mutex mu_;
  std::map<std::string, PluginEntry, std::less<>> entries_ GUARDED_BY(mu_);
};

}  // namespace penstock
