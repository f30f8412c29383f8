#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/file_system.h"
#include "common/status.h"
#include "common/task_snapshot.h"

namespace penstock {

/// Corruption unless the file has exactly this size and checksum; reads all of it.
Status VerifyFile(FileSystem& fs, const std::string& path, std::uint64_t size,
                  std::uint64_t checksum);

/// Checksum of the last 4 KiB of a file of that size: of its index and properties, which differ
/// between any two table files.
Result<std::uint64_t> TailChecksum(FileSystem& fs, const std::string& path, std::uint64_t size);

/// Corruption unless the table file has this size and, as far as that is looked at, this content:
/// up to 1 MiB all of it; else its tail and its first and last block, which RocksDB reads when it
/// takes the file in. Other blocks are verified when they are read.
Status VerifyTableFile(FileSystem& fs, const std::string& path, const SnapshotFile& file,
                       std::uint64_t tail_checksum);

/// Reads one sorted table file: calls `visit` with every entry in order, block checksums verified,
/// and stops at its first error. Corruption when there are not exactly `entries`.
Status ReadSnapshotFile(FileSystem& fs, const std::string& path, std::uint64_t entries,
                        const std::function<Status(std::string_view, std::string_view)>& visit);

}  // namespace penstock
