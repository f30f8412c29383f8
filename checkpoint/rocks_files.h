#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <rocksdb/env.h>

#include "common/file_system.h"
#include "common/mutex.h"

namespace penstock::internal {

/// Size and checksum of a finished file.
struct FileTally {
  std::uint64_t size = 0;
  std::uint64_t checksum = 0;
};

/// What is known of the table files that an environment has written, by path. Follows renames and
/// links. Thread-safe.
class FileTallies {
 public:
  void Set(const std::string& path, FileTally tally) EXCLUDES(mu_);
  std::optional<FileTally> Find(const std::string& path) const EXCLUDES(mu_);
  /// `to` is the same file as `from`.
  void Copy(const std::string& from, const std::string& to) EXCLUDES(mu_);
  void Forget(const std::string& path) EXCLUDES(mu_);

 private:
  mutable Mutex mu_;
  std::map<std::string, FileTally> tallies_ GUARDED_BY(mu_);
};

/// A RocksDB environment whose table files (*.sst) are written and read through `fs`, synced when
/// they are closed, and noted in `tallies` (null when only reading). Its other files are never
/// synced: a database that lives in it is lost with its process. Both outlive it.
std::unique_ptr<rocksdb::Env> NewTableFileEnv(FileSystem& fs, FileTallies* tallies);

/// RocksDB's warnings, in our log as those of `part`; shared, as all threads of a database log.
std::shared_ptr<rocksdb::Logger> NewWarningLog(std::string part);

/// The cause behind a RocksDB error, as ours.
Status FromRocks(const rocksdb::Status& status, const std::string& path);

}  // namespace penstock::internal
