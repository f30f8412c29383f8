#include "checkpoint/rocks_files.h"

#include <utility>

#include <rocksdb/file_system.h>

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
  return IOStatus::IOError(status.message());
}

class Writing final : public rocksdb::FSWritableFile {
 public:
  Writing(std::unique_ptr<WritableFile> file, FileTally* tally)
      : file_(std::move(file)), tally_(tally) {}

  using FSWritableFile::Append;
  IOStatus Append(const Slice& bytes, const IOOptions&, IODebugContext*) override {
    const std::string_view view(bytes.data(), bytes.size());
    if (tally_ != nullptr) {
      tally_->checksum.Update(view);
      tally_->size += view.size();
    }
    size_ += view.size();
    return ToRocks(file_->Append(view));
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return ToRocks(file_->Sync()); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return ToRocks(file_->Close()); }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }

 private:
  std::unique_ptr<WritableFile> file_;
  FileTally* tally_;
  std::uint64_t size_ = 0;
};

class Reading final : public rocksdb::FSRandomAccessFile {
 public:
  explicit Reading(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}

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

class TableFiles final : public rocksdb::FileSystemWrapper {
 public:
  TableFiles(penstock::FileSystem& fs, FileTally* tally)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), fs_(fs), tally_(tally) {}

  const char* Name() const override { return "PenstockTableFiles"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext*) override {
    auto file = fs_.Create(path);
    if (!file.ok()) return ToRocks(file.status());
    *result = std::make_unique<Writing>(std::move(*file), tally_);
    return IOStatus::OK();
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext*) override {
    auto file = fs_.Open(path);
    if (!file.ok()) return ToRocks(file.status());
    *result = std::make_unique<Reading>(std::move(*file));
    return IOStatus::OK();
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, std::uint64_t* size,
                       IODebugContext*) override {
    auto found = fs_.FileSize(path);
    if (!found.ok()) return ToRocks(found.status());
    *size = *found;
    return IOStatus::OK();
  }

 private:
  penstock::FileSystem& fs_;
  FileTally* tally_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> NewTableFileEnv(FileSystem& fs, FileTally* tally) {
  return rocksdb::NewCompositeEnv(std::make_shared<TableFiles>(fs, tally));
}

Status FromRocks(const rocksdb::Status& status, const std::string& path) {
  if (status.ok()) return Status::Ok();
  const std::string message = path + ": " + status.ToString();
  if (status.IsCorruption()) return Status::Corruption(message);
  return Status::External(message);
}

}  // namespace penstock::internal
