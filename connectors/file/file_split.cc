#include "connectors/file/file_split.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <memory>

#include "common/bytes.h"
#include "connectors/file/file_content.h"

namespace penstock {
namespace {

constexpr std::uint32_t kVersion = 2;
constexpr std::uint32_t kVersionWithoutCompression = 1;

Status NoSuchFile(const std::string& path) {
  return Status::NotFound("there is no file " + path,
                          "check the path; it may be a file, a directory or a pattern such as "
                          "'/data/*.json'");
}

std::string Join(const std::string& directory, const std::string& name) {
  return directory.empty() || directory.back() == '/' ? directory + name : directory + '/' + name;
}

/// Replaces every path by those below it that match the pattern of one component.
Result<std::vector<std::string>> Descend(FileSystem& fs, const std::vector<std::string>& paths,
                                         const std::string& component) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    if (!IsPattern(component)) {
      found.push_back(Join(path, component));
      continue;
    }
    Result<bool> is_directory = fs.IsDirectory(path.empty() ? "." : path);
    if (!is_directory.ok() || !*is_directory) continue;
    PENSTOCK_ASSIGN_OR_RETURN(auto names, fs.List(path.empty() ? "." : path));
    for (const std::string& name : names) {
      if (fnmatch(component.c_str(), name.c_str(), FNM_PERIOD) == 0) {
        found.push_back(Join(path, name));
      }
    }
  }
  return found;
}

Result<std::vector<std::string>> ExpandPattern(FileSystem& fs, const std::string& pattern) {
  std::vector<std::string> paths = {pattern.starts_with('/') ? "/" : ""};
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t end = std::min(pattern.find('/', at), pattern.size());
    if (end > at) {
      PENSTOCK_ASSIGN_OR_RETURN(paths, Descend(fs, paths, pattern.substr(at, end - at)));
    }
    at = end + 1;
  }
  return paths;
}

Result<std::vector<std::string>> VisibleFiles(FileSystem& fs, const std::string& directory) {
  std::vector<std::string> files;
  PENSTOCK_ASSIGN_OR_RETURN(auto names, fs.List(directory));
  for (const std::string& name : names) {
    const std::string path = Join(directory, name);
    if (name.starts_with('.') || name.starts_with('_')) continue;
    PENSTOCK_ASSIGN_OR_RETURN(const bool is_directory, fs.IsDirectory(path));
    if (!is_directory) files.push_back(path);
  }
  return files;
}

/// A file whose first character, blanks aside, is '[' holds an array.
Result<Framing> DetectJson(FileSystem& fs, const std::string& path, Compression compression) {
  PENSTOCK_ASSIGN_OR_RETURN(auto file, OpenContent(fs, path, compression));
  std::array<char, 4096> buffer{};
  for (std::uint64_t offset = 0;;) {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t n,
                              file->Read(offset, buffer.data(), buffer.size()));
    if (n == 0) return Framing::kNonEmptyLines;
    const std::string_view bytes(buffer.data(), n);
    const std::size_t first = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    if (first != std::string_view::npos) {
      return bytes[first] == '[' ? Framing::kJsonArray : Framing::kNonEmptyLines;
    }
    offset += n;
  }
}

Result<Framing> FramingOf(FileSystem& fs, const SplitPlan& plan, const FileSplit& split) {
  switch (plan.format) {
    case FileFormat::kJson: return DetectJson(fs, split.path, split.compression);
    case FileFormat::kJsonLines: return Framing::kNonEmptyLines;
    case FileFormat::kCsv: return plan.in_ranges ? Framing::kNonEmptyLines : Framing::kCsv;
    case FileFormat::kRecords: return plan.framing;
    case FileFormat::kText: break;
  }
  return Framing::kLines;
}

bool CanBeCut(const SplitPlan& plan, const FileSplit& split) {
  return plan.in_ranges && split.framing != Framing::kJsonArray &&
         split.compression == Compression::kNone;
}

}  // namespace

bool IsPattern(std::string_view path) { return path.find_first_of("*?[") != std::string::npos; }

void EncodeFileSplit(const FileSplit& split, std::string& out) {
  ByteWriter writer(out);
  writer.Fixed(kVersion);
  writer.String(split.path);
  writer.Fixed(split.framing);
  for (const std::uint64_t value :
       {split.begin, split.end, split.file_size, split.offset, split.records}) {
    writer.Fixed(value);
  }
  writer.Fixed(split.index);
  writer.Fixed(split.count);
  writer.Fixed(split.compression);
  writer.Fixed(split.record_size);
}

Result<FileSplit> DecodeFileSplit(std::string_view bytes) {
  ByteReader in(bytes);
  FileSplit split;
  const auto version = in.Fixed<std::uint32_t>();
  split.path = in.String();
  split.framing = in.Fixed<Framing>();
  for (std::uint64_t* value :
       {&split.begin, &split.end, &split.file_size, &split.offset, &split.records}) {
    *value = in.Fixed<std::uint64_t>();
  }
  split.index = in.Fixed<std::uint32_t>();
  split.count = in.Fixed<std::uint32_t>();
  if (version == kVersion) {
    split.compression = in.Fixed<Compression>();
    split.record_size = in.Fixed<std::uint32_t>();
  }
  const bool known = version == kVersion || version == kVersionWithoutCompression;
  const bool inside = split.compression != Compression::kNone || split.offset <= split.file_size;
  if (!known || in.failed() || in.remaining() != 0 || split.framing > kLastFraming ||
      split.compression > Compression::kLz4 || split.count == 0 || !inside) {
    return Status::Corruption("the stored position of a file source has a wrong version or size");
  }
  return split;
}

Result<std::vector<std::string>> ExpandPath(FileSystem& fs, const std::string& path) {
  std::vector<std::string> files;
  PENSTOCK_ASSIGN_OR_RETURN(const bool literal, fs.Exists(path));
  std::vector<std::string> candidates = {path};
  if (!literal && IsPattern(path)) {
    PENSTOCK_ASSIGN_OR_RETURN(candidates, ExpandPattern(fs, path));
  }
  for (const std::string& candidate : candidates) {
    PENSTOCK_ASSIGN_OR_RETURN(const bool exists, fs.Exists(candidate));
    if (!exists) continue;
    PENSTOCK_ASSIGN_OR_RETURN(const bool is_directory, fs.IsDirectory(candidate));
    if (!is_directory) {
      files.push_back(candidate);
    } else if (literal) {
      PENSTOCK_ASSIGN_OR_RETURN(files, VisibleFiles(fs, candidate));
    }
  }
  if (files.empty()) return NoSuchFile(path);
  std::sort(files.begin(), files.end());
  return files;
}

Result<FileSplit> WholeFile(FileSystem& fs, const SplitPlan& plan, const std::string& path) {
  FileSplit split;
  split.path = path;
  split.compression = plan.compression.value_or(CompressionOf(path));
  split.record_size = plan.record_size;
  PENSTOCK_ASSIGN_OR_RETURN(split.file_size, fs.FileSize(path));
  PENSTOCK_ASSIGN_OR_RETURN(split.framing, FramingOf(fs, plan, split));
  split.end = split.compression == Compression::kNone ? split.file_size : UINT64_MAX;
  return split;
}

Result<std::vector<FileSplit>> PlanSplits(FileSystem& fs, const SplitPlan& plan) {
  PENSTOCK_ASSIGN_OR_RETURN(const auto files, ExpandPath(fs, plan.path));
  std::vector<FileSplit> splits;
  for (const std::string& path : files) {
    PENSTOCK_ASSIGN_OR_RETURN(FileSplit split, WholeFile(fs, plan, path));
    const std::uint64_t whole = split.end;
    const std::uint64_t size = CanBeCut(plan, split) ? plan.range_size : whole;
    do {
      split.offset = split.begin;
      split.end = size < whole - split.begin ? split.begin + size : whole;
      splits.push_back(split);
      split.begin = split.end;
    } while (split.begin < whole);
  }
  for (std::size_t i = 0; i < splits.size(); ++i) {
    splits[i].index = static_cast<std::uint32_t>(i);
    splits[i].count = static_cast<std::uint32_t>(splits.size());
  }
  return splits;
}

}  // namespace penstock
