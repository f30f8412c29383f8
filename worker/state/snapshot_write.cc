#include "worker/state/snapshot_write.h"

#include <charconv>
#include <utility>

#include "checkpoint/task_snapshot.h"
#include "common/checksum.h"
#include "common/key_group.h"

namespace penstock {
namespace {

std::vector<TableSnapshot*> ChangesOf(const FrozenChain& frozen) {
  std::vector<TableSnapshot*> changes;
  for (const FrozenOperator& op : frozen.operators) {
    for (const FrozenTable& table : op.tables) changes.push_back(table.changes.get());
  }
  return changes;
}

/// All tables of a task have the same parts, so sorting part by part sorts everything.
Status WriteSorted(const FrozenChain& frozen, EntryWriter& writer) {
  const std::vector<TableSnapshot*> tables = ChangesOf(frozen);
  EntryBuffer buffer;
  for (std::uint32_t part = 0; !tables.empty() && part < tables.front()->parts(); ++part) {
    buffer.Clear();
    for (TableSnapshot* table : tables) {
      PENSTOCK_RETURN_IF_ERROR(table->Collect(part, buffer));
    }
    PENSTOCK_RETURN_IF_ERROR(buffer.WriteSorted(writer));
  }
  return Status::Ok();
}

struct EndOfSnapshot {
  ~EndOfSnapshot() { tier.EndSnapshot(); }
  TierDatabase& tier;
};

/// The number in a name like "000017.sst".
std::uint64_t NumberOf(const std::string& name) {
  std::uint64_t number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

std::vector<SnapshotOperator> OperatorsOf(FrozenChain frozen) {
  std::vector<SnapshotOperator> operators;
  for (FrozenOperator& op : frozen.operators) {
    SnapshotOperator& stored = operators.emplace_back();
    stored = {std::move(op.key), std::move(op.name), std::move(op.state), {}};
    for (FrozenTable& table : op.tables) {
      StateDescriptor& from = table.descriptor;
      SnapshotTable& to = stored.tables.emplace_back();
      to.name = std::move(from.name);
      to.kind = std::move(from.kind);
      to.key = std::move(from.key);
      to.space = std::move(from.space);
      to.value = std::move(from.value);
    }
  }
  return operators;
}

SnapshotMetadata MetadataOf(const SnapshotTarget& target, FrozenChain frozen) {
  SnapshotMetadata metadata;
  metadata.checkpoint = target.checkpoint;
  metadata.subtask = target.subtask;
  metadata.parallelism = target.parallelism;
  metadata.max_parallelism = target.max_parallelism;
  metadata.key_hash_version = kKeyHashVersion;
  for (const Timestamp watermark : target.input_watermarks) {
    metadata.input_watermarks.push_back(watermark.millis);
  }
  metadata.operators = OperatorsOf(std::move(frozen));
  return metadata;
}

/// Places the table files; fills in the parts.
Status PlaceFiles(const SnapshotStores& stores, const SnapshotTarget& target,
                  std::vector<SnapshotPart>& parts, WrittenSnapshot& written) {
  if (stores.tier == nullptr) return Status::Ok();
  PENSTOCK_ASSIGN_OR_RETURN(TierDatabase::Files files, stores.tier->ListFiles());
  std::size_t next = 0;
  stores.files.Begin();
  for (SnapshotPart& part : files.parts) {
    for (PartFile& file : part.files) {
      const TierFile& local = files.files[next++];
      file.name = SnapshotTableName(target.subtask, NumberOf(file.name));
      PENSTOCK_ASSIGN_OR_RETURN(
          const SnapshotFiles::Placed placed,
          stores.files.Place(local, stores.tier->directory(), target.directory, file.name,
                             target.completed_directory));
      file.tail_checksum = placed.tail_checksum;
      if (placed.fresh) written.new_bytes += placed.file.size;
      written.snapshot.files.push_back(placed.file);
    }
  }
  stores.files.Finish();
  parts = std::move(files.parts);
  return Status::Ok();
}

Status WriteSynced(FileSystem& fs, const std::string& path, std::string_view bytes) {
  PENSTOCK_ASSIGN_OR_RETURN(auto file, fs.Create(path));
  PENSTOCK_RETURN_IF_ERROR(file->Append(bytes));
  PENSTOCK_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

}  // namespace

Status StoreChanges(FrozenChain& frozen, TierDatabase& tier) {
  const EndOfSnapshot end{tier};
  const std::unique_ptr<TierDatabase::Changes> changes = tier.NewChanges();
  PENSTOCK_RETURN_IF_ERROR(WriteSorted(frozen, *changes));
  PENSTOCK_RETURN_IF_ERROR(changes->Ingest());
  for (FrozenOperator& op : frozen.operators) {
    for (FrozenTable& table : op.tables) table.changes.reset();
  }
  return Status::Ok();
}

Result<WrittenSnapshot> WriteTaskSnapshot(const SnapshotStores& stores,
                                          const SnapshotTarget& target, FrozenChain frozen) {
  WrittenSnapshot written;
  written.snapshot.subtask = target.subtask;
  SnapshotMetadata metadata = MetadataOf(target, std::move(frozen));
  PENSTOCK_RETURN_IF_ERROR(PlaceFiles(stores, target, metadata.parts, written));
  const std::string bytes = EncodeSnapshotMetadata(metadata);
  const std::string name = SnapshotMetadataName(target.subtask);
  PENSTOCK_RETURN_IF_ERROR(WriteSynced(stores.fs, JoinPath(target.directory, name), bytes));
  PENSTOCK_RETURN_IF_ERROR(stores.fs.SyncDirectory(target.directory));
  written.new_bytes += bytes.size();
  auto& files = written.snapshot.files;
  files.insert(files.begin(), {name, bytes.size(), Checksum(bytes)});
  return written;
}

}  // namespace penstock
