#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/file_system.h"
#include "common/status.h"
#include "connectors/file/framing.h"

namespace penstock {

enum class FileFormat : unsigned char { kJson, kJsonLines, kCsv, kText };

/// A file or a range of one, and how far it has been read: the state of a split of a file source.
struct FileSplit {
  std::string path;
  Framing framing = Framing::kLines;
  /// The records that start in [begin, end) of the file belong to this split.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t file_size = 0;  ///< When the splits were made; the file must keep it.
  std::uint64_t offset = 0;     ///< Behind the last record that was read.
  std::uint64_t records = 0;    ///< Read until now.
  std::uint32_t index = 0;      ///< Among `count` splits of the source.
  std::uint32_t count = 1;

  bool operator==(const FileSplit&) const = default;
};

/// Layout, little endian: version (4 bytes), path (string), framing (1), begin, end, file size,
/// offset, records (8 each), index, count (4 each).
void EncodeFileSplit(const FileSplit& split, std::string& out);
Result<FileSplit> DecodeFileSplit(std::string_view bytes);

/// What to read and how to cut it.
struct SplitPlan {
  std::string path;  ///< A file, a directory (its files) or a pattern with * ? and [].
  FileFormat format = FileFormat::kText;
  bool in_ranges = false;        ///< Big files may be cut at line breaks.
  std::uint64_t range_size = 0;  ///< Bytes.
};

/// The files that the path stands for, sorted. Files whose names begin with '.' or '_' are left out
/// of directories. NotFound with a hint when there is none.
Result<std::vector<std::string>> ExpandPath(FileSystem& fs, const std::string& path);

/// All splits, in an order that depends on the files only.
Result<std::vector<FileSplit>> PlanSplits(FileSystem& fs, const SplitPlan& plan);

}  // namespace penstock
