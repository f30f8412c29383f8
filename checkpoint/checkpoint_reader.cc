#include "checkpoint/checkpoint_reader.h"

#include "checkpoint/snapshot_file.h"

namespace penstock {

Result<SnapshotMetadata> ReadTaskMetadata(FileSystem& fs, const std::string& directory,
                                          const TaskSnapshot& task) {
  if (task.files.empty()) return Status::Corruption("a task of the checkpoint has no metadata");
  const SnapshotFile& file = task.files.front();
  const std::string path = JoinPath(directory, file.name);
  PENSTOCK_RETURN_IF_ERROR(VerifyFile(fs, path, file.size, file.checksum));
  PENSTOCK_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(fs, path));
  auto metadata = DecodeSnapshotMetadata(bytes);
  if (!metadata.ok()) return metadata.status().WithContext(path);
  if (metadata->subtask != task.subtask) {
    return Status::Corruption(path + " belongs to another subtask");
  }
  return metadata;
}

Result<std::vector<SnapshotMetadata>> ReadTaskMetadata(FileSystem& fs,
                                                       const StoredCheckpoint& checkpoint) {
  std::vector<SnapshotMetadata> tasks;
  for (const TaskSnapshot& task : checkpoint.manifest.tasks) {
    PENSTOCK_ASSIGN_OR_RETURN(SnapshotMetadata metadata,
                              ReadTaskMetadata(fs, checkpoint.directory, task));
    tasks.push_back(std::move(metadata));
  }
  return tasks;
}

std::vector<std::string> FindDamage(FileSystem& fs, const StoredCheckpoint& checkpoint) {
  std::vector<std::string> damage;
  for (const TaskSnapshot& task : checkpoint.manifest.tasks) {
    for (const SnapshotFile& file : task.files) {
      const Status intact =
          VerifyFile(fs, JoinPath(checkpoint.directory, file.name), file.size, file.checksum);
      if (!intact.ok()) damage.push_back(intact.message());
    }
  }
  return damage;
}

}  // namespace penstock
