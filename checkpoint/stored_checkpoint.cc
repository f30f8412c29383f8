#include "checkpoint/stored_checkpoint.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

namespace penstock {
namespace {

constexpr std::string_view kScheme = "file:";
constexpr char kPathHint[] =
    "give the directory of a savepoint, or of a checkpoint: <checkpoint "
    "directory>/<job>/completed/<id>";

bool IsUnreserved(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-._~/").find(c) != std::string_view::npos;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
                        HexValue(text[i + 2]) >= 0;
    plain +=
        escape ? static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return plain;
}

/// What lies behind "file:" or "file://"; another host than this one is refused.
Result<std::string> PathOfUri(std::string_view uri) {
  std::string_view rest = uri.substr(kScheme.size());
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    if (rest.starts_with("localhost/")) rest.remove_prefix(9);
  }
  if (!rest.starts_with('/')) {
    return Status::InvalidArgument(fmt::format("'{}' is not a file URI of this machine", uri),
                                   "write it like file:///path");
  }
  return Unescaped(rest);
}

/// Why a directory without a manifest is none of ours.
Status NoCheckpoint(FileSystem& fs, const std::string& directory) {
  const auto foreign = fs.Exists(JoinPath(directory, "_metadata"));
  if (foreign.ok() && *foreign) {
    return Status::InvalidArgument(directory + " is a savepoint of Flink",
                                   "state of Flink cannot be read; start the job without it");
  }
  return Status::InvalidArgument(
      fmt::format("{} is neither a savepoint nor a checkpoint: it has no {}", directory,
                  kManifestFile),
      kPathHint);
}

/// The directory of that name is a real one: what is deleted in it is not elsewhere.
Status CheckWithin(FileSystem& fs, const std::string& directory) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string real, fs.RealPath(directory));
  if (real == directory) return {};
  return Status::User(ErrorCode::kConflict,
                      fmt::format("{} leads out of the savepoint, to {}", directory, real),
                      "nothing is deleted through a link; remove it by hand");
}

Status RemoveIfThere(FileSystem& fs, const std::string& path) {
  const Status removed = fs.Remove(path);
  return removed.code() == ErrorCode::kNotFound ? Status() : removed;
}

}  // namespace

Status CheckpointFileProblem(const std::string& path, const std::string& expected,
                             const std::string& found) {
  return Status::Corruption(
      fmt::format("checkpoint file {}: expected {}, found {}", path, expected, found),
      "restore from another copy of this checkpoint, or start from an older one");
}

Result<std::string> ParseLocation(std::string_view location) {
  std::string path(location);
  if (location.starts_with(kScheme)) {
    PENSTOCK_ASSIGN_OR_RETURN(path, PathOfUri(location));
  }
  if (!path.starts_with('/')) {
    return Status::InvalidArgument(
        fmt::format("'{}' is not an absolute path", location),
        "write it like /path or file:///path; no other file systems are supported");
  }
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string ToFileUri(std::string_view path) {
  std::string uri = "file://";
  for (const char c : path) {
    uri +=
        IsUnreserved(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

Result<StoredCheckpoint> ReadStoredCheckpoint(FileSystem& fs, std::string_view location) {
  PENSTOCK_ASSIGN_OR_RETURN(std::string path, ParseLocation(location));
  if (path.ends_with(std::string("/") + kManifestFile)) path = ParentPath(path);
  auto real = fs.RealPath(path);
  if (!real.ok() && real.status().code() == ErrorCode::kNotFound) {
    return Status::NotFound("there is no savepoint " + path, kPathHint);
  }
  PENSTOCK_RETURN_IF_ERROR(real.status());
  const std::string manifest = JoinPath(*real, kManifestFile);
  PENSTOCK_ASSIGN_OR_RETURN(const bool is_directory, fs.IsDirectory(*real));
  if (!is_directory) {
    return Status::InvalidArgument(path + " is a file, not a savepoint's directory", kPathHint);
  }
  PENSTOCK_ASSIGN_OR_RETURN(const bool exists, fs.Exists(manifest));
  if (!exists) return NoCheckpoint(fs, *real);
  PENSTOCK_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(fs, manifest));
  StoredCheckpoint checkpoint;
  PENSTOCK_ASSIGN_OR_RETURN(checkpoint.manifest, DecodeManifest(bytes, manifest));
  checkpoint.directory = std::move(*real);
  return checkpoint;
}

Result<StoredCheckpoint> OpenStoredCheckpoint(FileSystem& fs, std::string_view location) {
  PENSTOCK_ASSIGN_OR_RETURN(StoredCheckpoint checkpoint, ReadStoredCheckpoint(fs, location));
  PENSTOCK_RETURN_IF_ERROR(CheckSizes(fs, checkpoint.directory, checkpoint.manifest));
  return checkpoint;
}

Status DeleteStoredCheckpoint(FileSystem& fs, const StoredCheckpoint& checkpoint) {
  std::vector<std::string> directories = DirectoriesOf(checkpoint.directory, checkpoint.manifest);
  std::erase_if(directories, [&](const std::string& directory) {
    const auto exists = fs.Exists(directory);
    return exists.ok() && !*exists;
  });
  for (const std::string& directory : directories) {
    PENSTOCK_RETURN_IF_ERROR(CheckWithin(fs, directory));
  }
  for (const TaskSnapshot& task : checkpoint.manifest.tasks) {
    for (const SnapshotFile& file : task.files) {
      PENSTOCK_RETURN_IF_ERROR(RemoveIfThere(fs, JoinPath(checkpoint.directory, file.name)));
    }
  }
  // The manifest goes last of the files: until then the deletion can be repeated.
  std::reverse(directories.begin(), directories.end());
  for (const std::string& directory : directories) {
    if (directory == checkpoint.directory) {
      PENSTOCK_RETURN_IF_ERROR(RemoveIfThere(fs, JoinPath(directory, kManifestFile)));
    }
    PENSTOCK_ASSIGN_OR_RETURN(const auto left, fs.List(directory));
    if (!left.empty()) {
      return Status::User(
          ErrorCode::kConflict,
          fmt::format("{} stays: it has other files, such as {}", directory, left.front()),
          "the savepoint's own files are deleted; remove the rest by hand");
    }
    PENSTOCK_RETURN_IF_ERROR(RemoveIfThere(fs, directory));
  }
  return fs.SyncDirectory(ParentPath(checkpoint.directory));
}

Status CheckSizes(FileSystem& fs, const std::string& directory,
                  const CheckpointManifest& manifest) {
  for (const TaskSnapshot& task : manifest.tasks) {
    for (const SnapshotFile& file : task.files) {
      const std::string path = JoinPath(directory, file.name);
      if (!IsSafeFileName(file.name))
        return CheckpointFileProblem(path, "a name within", "another");
      const std::string expected = fmt::format("{} bytes", file.size);
      const auto size = fs.FileSize(path);
      if (!size.ok() && size.status().code() == ErrorCode::kNotFound) {
        return CheckpointFileProblem(path, expected, "no file");
      }
      PENSTOCK_RETURN_IF_ERROR(size.status());
      if (*size != file.size)
        return CheckpointFileProblem(path, expected, fmt::format("{} bytes", *size));
    }
  }
  return {};
}

std::vector<std::string> DirectoriesOf(const std::string& directory,
                                       const CheckpointManifest& manifest) {
  std::set<std::string> directories{directory};  // a parent sorts before what is in it
  for (const TaskSnapshot& task : manifest.tasks) {
    for (const SnapshotFile& file : task.files) {
      std::string parent = ParentPath(JoinPath(directory, file.name));
      while (directories.insert(parent).second) parent = ParentPath(parent);
    }
  }
  return {directories.begin(), directories.end()};
}

Status WriteManifest(FileSystem& fs, const std::string& directory,
                     const CheckpointManifest& manifest) {
  PENSTOCK_ASSIGN_OR_RETURN(auto file, fs.Create(JoinPath(directory, kManifestFile)));
  PENSTOCK_RETURN_IF_ERROR(file->Append(EncodeManifest(manifest)));
  PENSTOCK_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

Status SyncContents(FileSystem& fs, const std::string& directory,
                    const CheckpointManifest& manifest) {
  for (const std::string& path : DirectoriesOf(directory, manifest)) {
    PENSTOCK_RETURN_IF_ERROR(fs.SyncDirectory(path));
  }
  return {};
}

}  // namespace penstock
