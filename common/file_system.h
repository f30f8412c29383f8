#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace penstock {

/// A file being written, front to back. Not thread-safe. Close() must be called; a destructor
/// without it closes and forgets errors, leaving a file whose content is not promised.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual Status Append(std::string_view bytes) = 0;
  /// Durable when it returns OK. A failed sync is never retried: the file must be given up.
  virtual Status Sync() = 0;
  virtual Status Close() = 0;
};

/// A file being read at any place. Thread-safe.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  /// Reads up to `length` bytes at `offset` into `buffer`; returns how many, 0 at the end.
  virtual Result<std::size_t> Read(std::uint64_t offset, char* buffer, std::size_t length) = 0;
};

/// Every access to disk, by paths only, never by directory descriptors. The real one is
/// PosixFileSystem(); tests inject one with named fault points (FaultyFileSystem). Thread-safe.
/// Errors carry the path and the system's reason; a missing file is ErrorCode::kNotFound.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// Creates the file; fails with kAlreadyExists when there is one.
  virtual Result<std::unique_ptr<WritableFile>> Create(const std::string& path) = 0;
  virtual Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path) = 0;
  virtual Result<std::uint64_t> FileSize(const std::string& path) = 0;
  virtual Result<bool> Exists(const std::string& path) = 0;
  /// Names (not paths) in a directory, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> List(const std::string& directory) = 0;
  virtual Result<bool> IsDirectory(const std::string& path) = 0;
  /// The absolute path without links, "." and ".."; it must exist.
  virtual Result<std::string> RealPath(const std::string& path) = 0;
  /// Replaces an existing target. Durable only after SyncDirectory of both parents.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  /// Hard link; fails with kAlreadyExists when the target exists.
  virtual Status Link(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  virtual Status RemoveTree(const std::string& path) = 0;
  /// With all parents; an existing directory is fine. `mode` as for mkdir(2).
  virtual Status MakeDirectories(const std::string& path, unsigned mode = 0700) = 0;
  virtual Status SyncDirectory(const std::string& path) = 0;
};

/// The machine's file system; shared, never destroyed.
FileSystem& PosixFileSystem();

/// Whole-file conveniences over any FileSystem.
Result<std::string> ReadFile(FileSystem& fs, const std::string& path);
/// Writes `path` so that after a crash it has either the old or the new content: temporary file,
/// sync, rename, sync of the directory.
Status WriteFileAtomically(FileSystem& fs, const std::string& path, std::string_view content);

/// Of this process; "/" when it is gone.
std::string CurrentDirectory();
std::string JoinPath(std::string_view directory, std::string_view name);
/// The part before the last '/', "." without one.
std::string ParentPath(std::string_view path);

}  // namespace penstock
