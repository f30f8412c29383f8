#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

/// What has been written of one file.
struct WrittenFile {
  std::uint64_t entries = 0;
  std::uint64_t size = 0;
  std::uint64_t checksum = 0;
};

/// Writes one sorted file of entries (a RocksDB table file, docs/formats/snapshot.md) through the
/// given file system. One thread at a time. Without entries no file is left behind.
class SnapshotFileWriter {
 public:
  /// `fs` outlives this.
  SnapshotFileWriter(FileSystem& fs, std::string path);
  ~SnapshotFileWriter();
  SnapshotFileWriter(const SnapshotFileWriter&) = delete;
  SnapshotFileWriter& operator=(const SnapshotFileWriter&) = delete;

  /// Keys in strictly ascending byte order. The file is created with the first.
  Status Put(std::string_view key, std::string_view value);
  /// Makes the file durable (not its directory's entry). The last call; `entries` is 0 when there
  /// is no file.
  Result<WrittenFile> Finish();

 private:
  class Rep;
  std::unique_ptr<Rep> rep_;
};

/// Corruption unless the file has exactly this size and checksum; reads all of it.
Status VerifyFile(FileSystem& fs, const std::string& path, std::uint64_t size,
                  std::uint64_t checksum);

/// Calls `visit` with every entry in order, block checksums verified, and stops at its first error.
/// Corruption when there are not exactly `entries`.
Status ReadSnapshotFile(FileSystem& fs, const std::string& path, std::uint64_t entries,
                        const std::function<Status(std::string_view, std::string_view)>& visit);

}  // namespace penstock
