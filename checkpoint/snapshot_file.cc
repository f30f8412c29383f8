#include "checkpoint/snapshot_file.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>

#include "checkpoint/rocks_files.h"
#include "common/checksum.h"

namespace penstock {
namespace {

constexpr std::size_t kVerifyBytes = 1024 * 1024;
constexpr std::size_t kTailBytes = 4096;
constexpr std::uint64_t kVerifiedWhole = 1 << 20;

rocksdb::Options TableOptions(rocksdb::Env& env) {
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;
  table.no_block_cache = true;
  rocksdb::Options options;
  options.env = &env;
  options.compression = rocksdb::kNoCompression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

Status VerifySize(FileSystem& fs, const std::string& path, std::uint64_t size) {
  const auto actual = fs.FileSize(path);
  if (!actual.ok() && actual.status().code() == ErrorCode::kNotFound) {
    return Status::Corruption(fmt::format("{}: expected {} bytes, found no file", path, size));
  }
  PENSTOCK_RETURN_IF_ERROR(actual.status());
  if (*actual == size) return Status::Ok();
  return Status::Corruption(fmt::format("{} has {} bytes instead of {}", path, *actual, size));
}

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace

Result<std::uint64_t> TailChecksum(FileSystem& fs, const std::string& path, std::uint64_t size) {
  PENSTOCK_ASSIGN_OR_RETURN(auto file, fs.Open(path));
  char tail[kTailBytes];
  const std::size_t wanted = std::min<std::uint64_t>(size, kTailBytes);
  std::size_t got = 0;
  while (got < wanted) {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t read,
                              file->Read(size - wanted + got, tail + got, wanted - got));
    if (read == 0) break;
    got += read;
  }
  return Checksum({tail, got});
}

Status VerifyFile(FileSystem& fs, const std::string& path, std::uint64_t size,
                  std::uint64_t checksum) {
  PENSTOCK_RETURN_IF_ERROR(VerifySize(fs, path, size));
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

namespace {

Status VerifyTail(FileSystem& fs, const std::string& path, std::uint64_t size,
                  std::uint64_t tail_checksum) {
  PENSTOCK_RETURN_IF_ERROR(VerifySize(fs, path, size));
  PENSTOCK_ASSIGN_OR_RETURN(const std::uint64_t found, TailChecksum(fs, path, size));
  if (found == tail_checksum) return Status::Ok();
  return Status::Corruption(
      fmt::format("{} has another end than when it was written: expected checksum {:016x}, found "
                  "{:016x}",
                  path, tail_checksum, found));
}

Status VerifyEnds(FileSystem& fs, const std::string& path) {
  const auto env = internal::NewTableFileEnv(fs, nullptr);
  rocksdb::SstFileReader reader(TableOptions(*env));
  PENSTOCK_RETURN_IF_ERROR(internal::FromRocks(reader.Open(path), path));
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(reader.NewIterator(options));
  it->SeekToFirst();
  PENSTOCK_RETURN_IF_ERROR(internal::FromRocks(it->status(), path));
  it->SeekToLast();
  return internal::FromRocks(it->status(), path);
}

}  // namespace

Status VerifyTableFile(FileSystem& fs, const std::string& path, const SnapshotFile& file,
                       std::uint64_t tail_checksum) {
  if (file.size <= kVerifiedWhole) return VerifyFile(fs, path, file.size, file.checksum);
  PENSTOCK_RETURN_IF_ERROR(VerifyTail(fs, path, file.size, tail_checksum));
  return VerifyEnds(fs, path);
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
