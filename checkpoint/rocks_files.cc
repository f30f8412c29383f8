#include "checkpoint/rocks_files.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <utility>

#include <rocksdb/file_system.h>

#include "common/checksum.h"
#include "common/logging.h"

namespace penstock::internal {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus ToRocks(const Status& status) {
  if (status.ok()) return IOStatus::OK();
  if (status.code() == ErrorCode::kNotFound) return IOStatus::NotFound(status.message());
  if (status.code() == ErrorCode::kResourceExhausted) return IOStatus::NoSpace(status.message());
  return IOStatus::IOError(status.message());
}

/// RocksDB joins some paths with two slashes.
std::string Normal(std::string path) {
  const auto twice = [](char a, char b) { return a == '/' && b == '/'; };
  path.erase(std::unique(path.begin(), path.end(), twice), path.end());
  return path;
}

bool IsTableFile(const std::string& path) { return path.ends_with(".sst"); }

/// A table file being written: front to back, so its checksum is known at the end.
class WritingTable final : public rocksdb::FSWritableFile {
 public:
  WritingTable(std::unique_ptr<WritableFile> file, std::string path, FileTallies* tallies)
      : file_(std::move(file)), path_(std::move(path)), tallies_(tallies) {}

  using FSWritableFile::Append;
  IOStatus Append(const Slice& bytes, const IOOptions&, IODebugContext*) override {
    const std::string_view view(bytes.data(), bytes.size());
    checksum_.Update(view);
    size_ += view.size();
    return ToRocks(file_->Append(view));
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return ToRocks(file_->Sync()); }
  IOStatus Close(const IOOptions&, IODebugContext*) override {
    if (tallies_ != nullptr) tallies_->Set(path_, {size_, checksum_.Digest()});
    return ToRocks(file_->Close());
  }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }

 private:
  const std::unique_ptr<WritableFile> file_;
  const std::string path_;
  FileTallies* const tallies_;
  RunningChecksum checksum_;
  std::uint64_t size_ = 0;
};

class ReadingTable final : public rocksdb::FSRandomAccessFile {
 public:
  explicit ReadingTable(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}

  IOStatus Read(std::uint64_t offset, std::size_t length, const IOOptions&, Slice* result,
                char* scratch, IODebugContext*) const override {
    auto read = file_->Read(offset, scratch, length);
    if (!read.ok()) return ToRocks(read.status());
    *result = Slice(scratch, *read);
    return IOStatus::OK();
  }

 private:
  std::unique_ptr<RandomAccessFile> file_;
};

class UnsyncedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
};

class UnsyncedDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  explicit UnsyncedDirectory(std::unique_ptr<rocksdb::FSDirectory> target)
      : FSDirectoryWrapper(std::move(target)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus FsyncWithDirOptions(const IOOptions&, IODebugContext*,
                               const rocksdb::DirFsyncOptions&) override {
    return IOStatus::OK();
  }
};

class TableFiles final : public rocksdb::FileSystemWrapper {
 public:
  TableFiles(penstock::FileSystem& fs, FileTallies* tallies)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), fs_(fs), tallies_(tallies) {}

  const char* Name() const override { return "PenstockTableFiles"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* debug) override {
    if (!IsTableFile(path)) {
      std::unique_ptr<rocksdb::FSWritableFile> file;
      IOStatus made = target()->NewWritableFile(path, options, &file, debug);
      if (made.ok()) *result = std::make_unique<UnsyncedFile>(std::move(file));
      return made;
    }
    auto file = fs_.Create(path);
    if (!file.ok()) return ToRocks(file.status());
    *result = std::make_unique<WritingTable>(std::move(*file), path, tallies_);
    return IOStatus::OK();
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext* debug) override {
    if (!IsTableFile(path)) return target()->NewRandomAccessFile(path, options, result, debug);
    auto file = fs_.Open(path);
    if (!file.ok()) return ToRocks(file.status());
    *result = std::make_unique<ReadingTable>(std::move(*file));
    return IOStatus::OK();
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* result,
                        IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSDirectory> directory;
    IOStatus made = target()->NewDirectory(path, options, &directory, debug);
    if (made.ok()) *result = std::make_unique<UnsyncedDirectory>(std::move(directory));
    return made;
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions& options, std::uint64_t* size,
                       IODebugContext* debug) override {
    if (!IsTableFile(path)) return target()->GetFileSize(path, options, size, debug);
    auto found = fs_.FileSize(path);
    if (!found.ok()) return ToRocks(found.status());
    *size = *found;
    return IOStatus::OK();
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                    IODebugContext* debug) override {
    IOStatus linked = target()->LinkFile(from, to, options, debug);
    if (linked.ok() && tallies_ != nullptr) tallies_->Copy(from, to);
    return linked;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    IOStatus renamed = target()->RenameFile(from, to, options, debug);
    if (renamed.ok() && tallies_ != nullptr) {
      tallies_->Copy(from, to);
      tallies_->Forget(from);
    }
    return renamed;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override {
    if (tallies_ != nullptr) tallies_->Forget(path);
    return target()->DeleteFile(path, options, debug);
  }

 private:
  penstock::FileSystem& fs_;
  FileTallies* const tallies_;
};

/// RocksDB's warnings, in our log: its own log file aborts the process when the disk is full.
class WarningsOnly final : public rocksdb::Logger {
 public:
  explicit WarningsOnly(std::string part) : Logger(rocksdb::WARN_LEVEL), part_(std::move(part)) {}
  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char line[512];
    vsnprintf(line, sizeof(line), format, arguments);
    LogWarn(part_, {{"rocksdb", std::string(line)}});
  }

 private:
  const std::string part_;
};

}  // namespace

void FileTallies::Set(const std::string& path, FileTally tally) {
  MutexLock lock(mu_);
  tallies_[Normal(path)] = tally;
}

std::optional<FileTally> FileTallies::Find(const std::string& path) const {
  MutexLock lock(mu_);
  const auto found = tallies_.find(Normal(path));
  if (found == tallies_.end()) return std::nullopt;
  return found->second;
}

void FileTallies::Copy(const std::string& from, const std::string& to) {
  MutexLock lock(mu_);
  if (const auto found = tallies_.find(Normal(from)); found != tallies_.end()) {
    tallies_[Normal(to)] = found->second;
  }
}

void FileTallies::Forget(const std::string& path) {
  MutexLock lock(mu_);
  tallies_.erase(Normal(path));
}

std::unique_ptr<rocksdb::Env> NewTableFileEnv(FileSystem& fs, FileTallies* tallies) {
  return rocksdb::NewCompositeEnv(std::make_shared<TableFiles>(fs, tallies));
}

std::shared_ptr<rocksdb::Logger> NewWarningLog(std::string part) {
  return std::make_shared<WarningsOnly>(std::move(part));
}

Status FromRocks(const rocksdb::Status& status, const std::string& path) {
  if (status.ok()) return Status::Ok();
  const std::string message = path + ": " + status.ToString();
  if (status.IsCorruption()) return Status::Corruption(message);
  return Status::External(message);
}

}  // namespace penstock::internal
