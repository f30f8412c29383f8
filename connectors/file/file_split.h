#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/file_system.h"
#include "common/status.h"
#include "connectors/file/compression.h"
#include "connectors/file/framing.h"

namespace penstock {

/// kRecords: what SplitPlan::framing says.
enum class FileFormat : unsigned char { kJson, kJsonLines, kCsv, kText, kRecords };

/// A file or a range of one, and how far it has been read: the state of a split of a file source.
struct FileSplit {
  std::string path;
  Framing framing = Framing::kLines;
  /// The records that start in [begin, end) of the file belong to this split. Of a compressed file
  /// these, and the offset, count decompressed bytes; it is always read whole.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t file_size = 0;  ///< On disk, when the splits were made; the file must keep it.
  std::uint64_t offset = 0;     ///< Behind the last record that was read.
  std::uint64_t records = 0;    ///< Read until now.
  std::uint32_t index = 0;      ///< Among `count` splits of the source.
  std::uint32_t count = 1;
  Compression compression = Compression::kNone;
  std::uint32_t record_size = 0;  ///< In bytes, for Framing::kFixedSize.

  bool operator==(const FileSplit&) const = default;
};

/// docs/formats/positions.md; reads version 1 as well.
void EncodeFileSplit(const FileSplit& split, std::string& out);
Result<FileSplit> DecodeFileSplit(std::string_view bytes);

/// What to read and how to cut it.
struct SplitPlan {
  std::string path;  ///< A file, a directory (its files) or a pattern with * ? and [].
  FileFormat format = FileFormat::kText;
  bool in_ranges = false;                    ///< Big files may be cut at line breaks.
  std::uint64_t range_size = 0;              ///< Bytes.
  std::optional<Compression> compression{};  ///< Default: by the extension of each file.
  Framing framing = Framing::kLines;         ///< Of kRecords.
  std::uint32_t record_size = 0;             ///< The same.
};

/// Whether a path has one of * ? [ in it.
bool IsPattern(std::string_view path);

/// The files that the path stands for, sorted. Files whose names begin with '.' or '_' are left out
/// of directories. NotFound with a hint when there is none.
Result<std::vector<std::string>> ExpandPath(FileSystem& fs, const std::string& path);

/// All splits, in an order that depends on the files only.
Result<std::vector<FileSplit>> PlanSplits(FileSystem& fs, const SplitPlan& plan);

/// One file as one split.
Result<FileSplit> WholeFile(FileSystem& fs, const SplitPlan& plan, const std::string& path);

}  // namespace penstock
