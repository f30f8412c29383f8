#include "worker/state/snapshot_write.h"

#include <utility>

#include "checkpoint/snapshot_file.h"
#include "checkpoint/task_snapshot.h"
#include "common/checksum.h"
#include "common/key_group.h"
#include "worker/state/layout_check.h"

namespace penstock {
namespace {

class FileEntries final : public EntryWriter {
 public:
  explicit FileEntries(SnapshotFileWriter& file) : file_(file) {}
  Status Put(std::string_view key, std::string_view value) override {
    return file_.Put(key, value);
  }

 private:
  SnapshotFileWriter& file_;
};

/// Writes the tables of one task under numbered names.
class TaskSnapshotWriter {
 public:
  TaskSnapshotWriter(FileSystem& fs, const SnapshotTarget& target) : fs_(fs), target_(target) {}

  Status WriteOperator(FrozenOperator op) {
    SnapshotOperator stored{std::move(op.key), std::move(op.name), std::move(op.state), {}};
    for (FrozenTable& table : op.tables) {
      PENSTOCK_ASSIGN_OR_RETURN(SnapshotTable written, WriteTable(table));
      stored.tables.push_back(std::move(written));
      table.content.reset();
    }
    operators_.push_back(std::move(stored));
    return Status::Ok();
  }

  Result<TaskSnapshot> Finish() {
    const std::string bytes = EncodeSnapshotMetadata(Metadata());
    const std::string name = SnapshotMetadataName(target_.subtask);
    PENSTOCK_RETURN_IF_ERROR(WriteSynced(JoinPath(target_.directory, name), bytes));
    PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(target_.directory));
    files_.insert(files_.begin(), {name, bytes.size(), Checksum(bytes)});
    return TaskSnapshot{target_.subtask, std::move(files_)};
  }

 private:
  Result<SnapshotTable> WriteTable(FrozenTable& table) {
    SnapshotTable stored;
    stored.name = table.descriptor.name;
    stored.kind = table.descriptor.kind;
    stored.key = table.descriptor.key;
    stored.space = table.descriptor.space;
    stored.value = table.descriptor.value;
    const std::string name = SnapshotTableName(target_.subtask, ++tables_);
    SnapshotFileWriter file(fs_, JoinPath(target_.directory, name));
    FileEntries entries(file);
    PENSTOCK_RETURN_IF_ERROR(table.content->Write(entries));
    PENSTOCK_ASSIGN_OR_RETURN(const WrittenFile written, file.Finish());
    if (written.entries == 0) return stored;
    stored.file = name;
    stored.entries = written.entries;
    stored.size = written.size;
    stored.checksum = written.checksum;
    files_.push_back({name, written.size, written.checksum});
    return stored;
  }

  SnapshotMetadata Metadata() {
    SnapshotMetadata metadata;
    metadata.checkpoint = target_.checkpoint;
    metadata.subtask = target_.subtask;
    metadata.parallelism = target_.parallelism;
    metadata.max_parallelism = target_.max_parallelism;
    metadata.key_hash_version = kKeyHashVersion;
    for (const Timestamp watermark : target_.input_watermarks) {
      metadata.input_watermarks.push_back(watermark.millis);
    }
    metadata.operators = std::move(operators_);
    return metadata;
  }

  Status WriteSynced(const std::string& path, std::string_view bytes) {
    PENSTOCK_ASSIGN_OR_RETURN(auto file, fs_.Create(path));
    PENSTOCK_RETURN_IF_ERROR(file->Append(bytes));
    PENSTOCK_RETURN_IF_ERROR(file->Sync());
    return file->Close();
  }

  FileSystem& fs_;
  const SnapshotTarget& target_;
  std::uint32_t tables_ = 0;
  std::vector<SnapshotOperator> operators_;
  std::vector<SnapshotFile> files_;
};

}  // namespace

Result<TaskSnapshot> WriteTaskSnapshot(FileSystem& fs, const SnapshotTarget& target,
                                       FrozenChain frozen) {
  TaskSnapshotWriter writer(fs, target);
  for (FrozenOperator& op : frozen.operators) {
    PENSTOCK_RETURN_IF_ERROR(writer.WriteOperator(std::move(op)));
  }
  return writer.Finish();
}

}  // namespace penstock
