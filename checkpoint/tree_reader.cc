#include "checkpoint/tree_reader.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <rocksdb/table.h>

#include "checkpoint/rocks_files.h"
#include "checkpoint/tree_import.h"

namespace penstock::internal {
namespace {

constexpr int kMaxOpenFiles = 256;
constexpr std::size_t kReadAheadBytes = 1024 * 1024;

rocksdb::Options ReaderOptions(rocksdb::Env* env) {
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;
  rocksdb::Options options;
  options.env = env;
  options.create_if_missing = true;
  options.error_if_exists = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kNoCompression;
  options.disable_auto_compactions = true;
  options.max_open_files = kMaxOpenFiles;
  options.verify_sst_unique_id_in_manifest = false;  // imported files have those of other databases
  options.info_log = NewWarningLog("state");
  return options;
}

Result<std::string> MakeTemporaryDirectory() {
  const char* base = std::getenv("TMPDIR");
  std::string path = JoinPath(base != nullptr ? base : "/tmp", "penstock-state-XXXXXX");
  if (::mkdtemp(path.data()) != nullptr) return path;
  return Status::External("no temporary directory " + path + ": " + std::strerror(errno),
                          "set TMPDIR to a directory that can be written");
}

}  // namespace

TreeReader::TreeReader(FileSystem& fs, std::string directory)
    : fs_(fs),
      directory_(std::move(directory)),
      env_(NewTableFileEnv(fs, nullptr)),
      options_(ReaderOptions(env_.get())) {}

Result<std::unique_ptr<TreeReader>> TreeReader::Open(FileSystem& fs) {
  PENSTOCK_ASSIGN_OR_RETURN(std::string directory, MakeTemporaryDirectory());
  std::unique_ptr<TreeReader> reader(new TreeReader(fs, std::move(directory)));
  const std::string path = JoinPath(reader->directory_, "db");
  PENSTOCK_RETURN_IF_ERROR(fs.MakeDirectories(path));
  rocksdb::DB* db = nullptr;
  PENSTOCK_RETURN_IF_ERROR(FromRocks(rocksdb::DB::Open(reader->options_, path, &db), path));
  reader->db_.reset(db);
  return reader;
}

TreeReader::~TreeReader() {
  if (db_ != nullptr) {
    for (const Tree& tree : trees_) db_->DestroyColumnFamilyHandle(tree.family);
    db_.reset();
  }
  static_cast<void>(fs_.RemoveTree(directory_));
}

Result<std::size_t> TreeReader::Add(const std::string& directory,
                                    const std::vector<TierFile>& files) {
  const std::string name = "tree-" + std::to_string(trees_.size());
  PENSTOCK_ASSIGN_OR_RETURN(const rocksdb::ExportImportFilesMetaData tree,
                            LinkTree(fs_, directory, files, JoinPath(directory_, name)));
  rocksdb::ImportColumnFamilyOptions how;
  how.move_files = true;
  rocksdb::ColumnFamilyHandle* family = nullptr;
  PENSTOCK_RETURN_IF_ERROR(
      FromRocks(db_->CreateColumnFamilyWithImport(options_, name, how, tree, &family), directory));
  trees_.push_back({family, directory});
  return trees_.size() - 1;
}

Status TreeReader::Scan(std::size_t tree, std::string_view prefix, const Visit& visit) {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  options.readahead_size = kReadAheadBytes;
  const rocksdb::Slice begin(prefix.data(), prefix.size());
  const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options, trees_[tree].family));
  for (entry->Seek(begin); entry->Valid() && entry->key().starts_with(begin); entry->Next()) {
    PENSTOCK_RETURN_IF_ERROR(visit({entry->key().data(), entry->key().size()},
                                   {entry->value().data(), entry->value().size()}));
  }
  return FromRocks(entry->status(), trees_[tree].directory);
}

}  // namespace penstock::internal
