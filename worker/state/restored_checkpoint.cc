#include "worker/state/restored_checkpoint.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "checkpoint/checkpoint_reader.h"
#include "common/key_group.h"

namespace penstock {
namespace {

bool HasUid(const SnapshotOperator& op) { return !op.key.starts_with('#'); }

Result<SnapshotMetadata> ReadMetadata(FileSystem& fs, const std::string& directory,
                                      const TaskSnapshot& snapshot) {
  auto metadata = ReadTaskMetadata(fs, directory, snapshot);
  if (!metadata.ok() || metadata->key_hash_version == kKeyHashVersion) return metadata;
  return Status::InvalidArgument(
      fmt::format("the checkpoint uses version {} of the key hash, this build version {}",
                  metadata->key_hash_version, kKeyHashVersion),
      "restore it with the version of Penstock that wrote it");
}

/// The table files that the metadata names must be those of the manifest.
Status CheckFileList(const StoredTask& task) {
  std::set<std::string> expected;
  for (const SnapshotPart& part : task.metadata.parts) {
    for (const PartFile& file : part.files) expected.insert(file.name);
  }
  for (const SnapshotOperator& op : task.metadata.operators) {
    for (const SnapshotTable& table : op.tables) {
      if (!table.file.empty()) expected.insert(table.file);
    }
  }
  std::set<std::string> found;
  for (const SnapshotFile& file : task.files.files) found.insert(file.name);
  found.erase(task.files.files.front().name);
  if (expected == found) return Status::Ok();
  return Status::Corruption(task.files.files.front().name +
                            " and the checkpoint's manifest name different files");
}

}  // namespace

Result<std::shared_ptr<const RestoredCheckpoint>> RestoredCheckpoint::Read(
    FileSystem& fs, const RestorePoint& point, RecoveryOptions options) {
  std::shared_ptr<RestoredCheckpoint> restored(new RestoredCheckpoint);
  restored->directory_ = point.directory;
  restored->final_ = point.final;
  restored->checkpoint_ = point.checkpoint;
  restored->options_ = std::move(options);
  for (const TaskSnapshot& snapshot : point.tasks) {
    StoredTask& task = restored->tasks_.emplace_back();
    task.files = snapshot;
    PENSTOCK_ASSIGN_OR_RETURN(task.metadata, ReadMetadata(fs, point.directory, snapshot));
    PENSTOCK_RETURN_IF_ERROR(CheckFileList(task));
  }
  std::sort(restored->tasks_.begin(), restored->tasks_.end(),
            [](const StoredTask& a, const StoredTask& b) {
              return a.metadata.subtask < b.metadata.subtask;
            });
  return std::shared_ptr<const RestoredCheckpoint>(std::move(restored));
}

std::string RestoredCheckpoint::StoredUid(const std::string& uid) const {
  for (const auto& [before, now] : options_.new_uid) {
    if (now == uid) return before;
  }
  // What was stored under this uid belongs to another operator now.
  if (options_.new_uid.contains(uid)) return "";
  return uid;
}

std::vector<StoredOperator> RestoredCheckpoint::Find(VertexId vertex,
                                                     const std::string& uid) const {
  const std::string stored = StoredUid(uid);
  std::vector<StoredOperator> found;
  for (const StoredTask& task : tasks_) {
    if (uid.starts_with('#') && task.metadata.subtask.vertex != vertex) continue;
    for (const SnapshotOperator& op : task.metadata.operators) {
      if (op.key == stored) found.push_back({task, op});
    }
  }
  return found;
}

/// The old task ran the operators that the vertex has now, as many times.
bool RestoredCheckpoint::IsUnchanged(const StoredTask& task, const JobVertex& vertex) const {
  if (task.metadata.parallelism != vertex.parallelism) return false;
  std::set<std::string> before;
  std::set<std::string> now;
  for (const SnapshotOperator& op : task.metadata.operators) {
    if (HasUid(op)) before.insert(op.key);
  }
  for (const GraphOperator& op : vertex.operators) {
    if (!op.uid.empty()) now.insert(StoredUid(op.uid));
  }
  return before == now;
}

std::vector<Timestamp> RestoredCheckpoint::InputWatermarks(SubtaskId subtask,
                                                           const JobVertex& vertex,
                                                           std::size_t channels) const {
  for (const StoredTask& task : tasks_) {
    const std::vector<std::int64_t>& stored = task.metadata.input_watermarks;
    if (task.metadata.subtask != subtask || stored.size() != channels) continue;
    if (!IsUnchanged(task, vertex)) continue;
    std::vector<Timestamp> own;
    for (const std::int64_t millis : stored) own.push_back({millis});
    return own;
  }
  Timestamp least = Timestamp::Max();
  for (const GraphOperator& op : vertex.operators) {
    if (op.uid.empty()) continue;
    for (const StoredOperator& stored : Find(vertex.id, op.uid)) {
      for (const std::int64_t millis : stored.task.metadata.input_watermarks) {
        least = std::min(least, Timestamp{millis});
      }
    }
  }
  if (least == Timestamp::Max()) least = Timestamp::Min();
  return std::vector<Timestamp>(channels, least);
}

Status RestoredCheckpoint::CheckClaimed(const std::vector<std::string>& uids) const {
  if (options_.ignore_unclaimed) return Status::Ok();
  std::set<std::string> claimed;
  for (const std::string& uid : uids) claimed.insert(StoredUid(uid));
  std::set<std::string> complained;
  std::string problems;
  for (const StoredTask& task : tasks_) {
    for (const SnapshotOperator& op : task.metadata.operators) {
      if (!HasUid(op) || claimed.contains(op.key) || !complained.insert(op.key).second) continue;
      problems += fmt::format("\n  state of operator '{}' ({}) matches no operator of the job",
                              op.key, op.name);
    }
  }
  if (problems.empty()) return Status::Ok();
  return Status::InvalidArgument(
      "the checkpoint does not fit the job:" + problems,
      "give the operators their former uids, map them with --map-uid OLD=NEW, or drop that state "
      "with --allow-non-restored-state");
}

}  // namespace penstock
