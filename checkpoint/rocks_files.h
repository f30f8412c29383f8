#pragma once

#include <memory>

#include <rocksdb/env.h>

#include "common/checksum.h"
#include "common/file_system.h"

namespace penstock::internal {

/// Collects size and checksum of the one file written through an environment.
struct FileTally {
  RunningChecksum checksum;
  std::uint64_t size = 0;
};

/// A RocksDB environment for table files whose bytes go through `fs`. What it writes is added to
/// `tally`; null when only reading. Both outlive it.
std::unique_ptr<rocksdb::Env> NewTableFileEnv(FileSystem& fs, FileTally* tally);

/// The cause behind a RocksDB error, as ours.
Status FromRocks(const rocksdb::Status& status, const std::string& path);

}  // namespace penstock::internal
