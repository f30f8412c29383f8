#include "worker/state/tier_rep.h"

#include <algorithm>

#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include "checkpoint/tree_import.h"
#include "worker/state/tier_caches.h"

namespace penstock {
namespace {

constexpr std::size_t kBlockBytes = 8 * 1024;
constexpr std::size_t kIndexBlockBytes = 4 * 1024;
constexpr std::uint64_t kTableFileBytes = 32ULL << 20;
constexpr std::size_t kLargestWriteBuffer = 32ULL << 20;
constexpr std::size_t kSmallestWriteBuffer = 128ULL << 10;

rocksdb::Options DatabaseOptions(rocksdb::Env* env, const StateMemory& memory) {
  rocksdb::BlockBasedTableOptions table;
  table.block_size = kBlockBytes;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = memory.caches().blocks;
  // In small pieces: the index or filter of a whole file may be more than the cache has room for,
  // and would be read again for every look-up.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.metadata_block_size = kIndexBlockBytes;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;

  rocksdb::Options options;
  options.env = env;
  options.create_if_missing = true;
  options.error_if_exists = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kNoCompression;
  options.level_compaction_dynamic_level_bytes = true;
  options.level0_file_num_compaction_trigger = 8;
  options.level0_slowdown_writes_trigger = 64;
  options.level0_stop_writes_trigger = 128;
  options.target_file_size_base = kTableFileBytes;
  options.write_buffer_manager = memory.caches().writes;
  options.write_buffer_size =
      std::clamp<std::size_t>(memory.cache_bytes() / 4, kSmallestWriteBuffer, kLargestWriteBuffer);
  options.max_background_jobs = 2;
  options.avoid_flush_during_shutdown = true;
  options.verify_sst_unique_id_in_manifest = false;  // imported files have those of other databases
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = internal::NewWarningLog("state");
  return options;
}

}  // namespace

TierDatabase::Rep::Rep(std::string directory, KeyGroupRange groups, FileSystem& fs,
                       const StateMemory& memory)
    : directory_(std::move(directory)),
      fs_(fs),
      env_(internal::NewTableFileEnv(fs, &tallies_)),
      options_(DatabaseOptions(env_.get(), memory)) {
  auto own = std::make_unique<TierPart>();
  own->scope.groups = groups;
  parts_.push_back(std::move(own));
}

Result<std::unique_ptr<TierDatabase::Rep>> TierDatabase::Rep::Open(const std::string& directory,
                                                                   KeyGroupRange groups,
                                                                   FileSystem& fs,
                                                                   const StateMemory& memory) {
  PENSTOCK_RETURN_IF_ERROR(fs.MakeDirectories(directory));
  std::unique_ptr<Rep> rep(new Rep(directory, groups, fs, memory));
  rocksdb::DB* db = nullptr;
  PENSTOCK_RETURN_IF_ERROR(
      internal::FromRocks(rocksdb::DB::Open(rep->options_, directory, &db), directory));
  rep->db_.reset(db);
  rep->parts_.front()->family = db->DefaultColumnFamily();
  return rep;
}

TierDatabase::Rep::~Rep() {
  if (db_ == nullptr) return;
  rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/true);
  for (std::size_t i = 1; i < parts_.size(); ++i) {
    if (parts_[i]->family != nullptr) db_->DestroyColumnFamilyHandle(parts_[i]->family);
  }
  db_.reset();
}

Status TierDatabase::Rep::Import(const ImportedPart& imported) {
  auto part = std::make_unique<TierPart>();
  part->scope = {imported.groups, imported.states};
  part->filter = std::make_unique<ScopeFilter>(part->scope);
  rocksdb::ColumnFamilyOptions options(options_);
  options.compaction_filter = part->filter.get();
  const std::string name = "part-" + std::to_string(++imported_);
  if (imported.files.empty()) {
    PENSTOCK_RETURN_IF_ERROR(
        internal::FromRocks(db_->CreateColumnFamily(options, name, &part->family), directory_));
  } else {
    const std::string incoming = JoinPath(directory_, "incoming-" + std::to_string(imported_));
    PENSTOCK_ASSIGN_OR_RETURN(
        const rocksdb::ExportImportFilesMetaData files,
        internal::LinkTree(fs_, imported.directory, imported.files, incoming));
    for (const TierFile& file : imported.files) {
      tallies_.Set(JoinPath(incoming, file.file.name), {file.size, file.checksum});
    }
    rocksdb::ImportColumnFamilyOptions how;
    how.move_files = true;
    PENSTOCK_RETURN_IF_ERROR(internal::FromRocks(
        db_->CreateColumnFamilyWithImport(options, name, how, files, &part->family),
        imported.directory));
  }
  parts_.push_back(std::move(part));
  return Status::Ok();
}

void TierDatabase::Rep::AddState(std::uint32_t state) {
  if (PartsOf(state).empty()) parts_.front()->scope.states.push_back(state);
}

Status TierDatabase::Rep::Move(const std::vector<StateMove>& moves) {
  for (const StateMove& move : moves) {
    for (TierPart* part : PartsOf(move.from)) PENSTOCK_RETURN_IF_ERROR(MoveEntries(move, *part));
  }
  // Not before all have been read: one state may take the place of another.
  for (const StateMove& move : moves) {
    for (TierPart* part : PartsOf(move.from)) std::erase(part->scope.states, move.from);
  }
  for (const StateMove& move : moves) parts_.front()->scope.states.push_back(move.to);
  return Status::Ok();
}

/// Into the task's own part.
Status TierDatabase::Rep::MoveEntries(const StateMove& move, const TierPart& from) {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  TierPart& own = *parts_.front();
  own.buffered = true;
  const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options, from.family));
  std::string converted;
  for (std::uint32_t group = from.scope.groups.begin; group < from.scope.groups.end; ++group) {
    std::string header;
    std::string key;
    AppendEntryHeader(header, group, move.from);
    AppendEntryHeader(key, group, move.to);
    for (entry->Seek(header); entry->Valid() && entry->key().starts_with(header); entry->Next()) {
      const rocksdb::Slice bytes = entry->key();
      key.replace(kEntryHeaderBytes, std::string::npos, bytes.data() + kEntryHeaderBytes,
                  bytes.size() - kEntryHeaderBytes);
      rocksdb::Slice value = entry->value();
      if (move.convert) {
        PENSTOCK_RETURN_IF_ERROR(move.convert({value.data(), value.size()}, converted));
        value = converted;
      }
      PENSTOCK_RETURN_IF_ERROR(
          internal::FromRocks(db_->Put(unlogged, own.family, key, value), directory_));
    }
    PENSTOCK_RETURN_IF_ERROR(internal::FromRocks(entry->status(), directory_));
  }
  return Status::Ok();
}

TierPart* TierDatabase::Rep::PartOf(std::string_view key) {
  const std::uint32_t group = ReadBigEndian16(key.data());
  const std::uint32_t state = ReadBigEndian32(key.data() + 2);
  for (const std::unique_ptr<TierPart>& part : parts_) {
    if (part->scope.groups.Contains(group) && part->scope.HasState(state)) return part.get();
  }
  return nullptr;
}

std::vector<TierPart*> TierDatabase::Rep::PartsOf(std::uint32_t state) {
  std::vector<TierPart*> parts;
  for (const std::unique_ptr<TierPart>& part : parts_) {
    if (part->scope.HasState(state)) parts.push_back(part.get());
  }
  std::sort(parts.begin(), parts.end(), [](const TierPart* a, const TierPart* b) {
    return a->scope.groups.begin < b->scope.groups.begin;
  });
  return parts;
}

}  // namespace penstock
