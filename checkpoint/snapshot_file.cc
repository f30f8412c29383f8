#include "checkpoint/snapshot_file.h"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include "checkpoint/rocks_files.h"
#include "common/checksum.h"

namespace penstock {
namespace {

constexpr std::size_t kBlockBytes = 32 * 1024;
constexpr std::size_t kVerifyBytes = 1024 * 1024;

rocksdb::Options TableOptions(rocksdb::Env& env) {
  rocksdb::BlockBasedTableOptions table;
  table.block_size = kBlockBytes;
  table.checksum = rocksdb::kXXH3;
  table.no_block_cache = true;
  rocksdb::Options options;
  options.env = &env;
  options.compression = rocksdb::kNoCompression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace

class SnapshotFileWriter::Rep {
 public:
  Rep(FileSystem& fs, std::string path)
      : path_(std::move(path)),
        env_(internal::NewTableFileEnv(fs, &tally_)),
        options_(TableOptions(*env_)),
        writer_(rocksdb::EnvOptions(), options_, nullptr, /*invalidate_page_cache=*/false) {}

  Status Put(std::string_view key, std::string_view value) {
    if (entries_ == 0) {
      PENSTOCK_RETURN_IF_ERROR(internal::FromRocks(writer_.Open(path_), path_));
    }
    ++entries_;
    return internal::FromRocks(writer_.Put(rocksdb::Slice(key.data(), key.size()),
                                           rocksdb::Slice(value.data(), value.size())),
                               path_);
  }

  Result<WrittenFile> Finish() {
    if (entries_ == 0) return WrittenFile{};
    PENSTOCK_RETURN_IF_ERROR(internal::FromRocks(writer_.Finish(), path_));
    return WrittenFile{entries_, tally_.size, tally_.checksum.Digest()};
  }

 private:
  std::string path_;
  internal::FileTally tally_;
  std::unique_ptr<rocksdb::Env> env_;
  rocksdb::Options options_;
  rocksdb::SstFileWriter writer_;
  std::uint64_t entries_ = 0;
};

SnapshotFileWriter::SnapshotFileWriter(FileSystem& fs, std::string path)
    : rep_(std::make_unique<Rep>(fs, std::move(path))) {}
SnapshotFileWriter::~SnapshotFileWriter() = default;

Status SnapshotFileWriter::Put(std::string_view key, std::string_view value) {
  return rep_->Put(key, value);
}

Result<WrittenFile> SnapshotFileWriter::Finish() { return rep_->Finish(); }

Status VerifyFile(FileSystem& fs, const std::string& path, std::uint64_t size,
                  std::uint64_t checksum) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::uint64_t actual, fs.FileSize(path));
  if (actual != size) {
    return Status::Corruption(fmt::format("{} has {} bytes instead of {}", path, actual, size));
  }
  PENSTOCK_ASSIGN_OR_RETURN(auto file, fs.Open(path));
  RunningChecksum running;
  std::vector<char> buffer(kVerifyBytes);
  for (std::uint64_t offset = 0; offset < size;) {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t read,
                              file->Read(offset, buffer.data(), buffer.size()));
    if (read == 0) break;
    running.Update({buffer.data(), read});
    offset += read;
  }
  if (running.Digest() != checksum) {
    return Status::Corruption(path + " has a wrong checksum");
  }
  return Status::Ok();
}

Status ReadSnapshotFile(FileSystem& fs, const std::string& path, std::uint64_t entries,
                        const std::function<Status(std::string_view, std::string_view)>& visit) {
  const auto env = internal::NewTableFileEnv(fs, nullptr);
  rocksdb::SstFileReader reader(TableOptions(*env));
  PENSTOCK_RETURN_IF_ERROR(internal::FromRocks(reader.Open(path), path));
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  options.readahead_size = kVerifyBytes;
  const std::unique_ptr<rocksdb::Iterator> it(reader.NewIterator(options));
  std::uint64_t seen = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next(), ++seen) {
    PENSTOCK_RETURN_IF_ERROR(visit(View(it->key()), View(it->value())));
  }
  PENSTOCK_RETURN_IF_ERROR(internal::FromRocks(it->status(), path));
  if (seen != entries) {
    return Status::Corruption(fmt::format("{} has {} entries instead of {}", path, seen, entries));
  }
  return Status::Ok();
}

}  // namespace penstock
