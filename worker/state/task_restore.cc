#include "worker/state/task_restore.h"

#include <algorithm>

#include <fmt/format.h>

#include "checkpoint/snapshot_file.h"
#include "common/key_group.h"
#include "worker/state/layout_check.h"

namespace penstock {
namespace {

constexpr const char* kStateHint =
    "the job must have the same uids and states as when the checkpoint was taken; to begin without "
    "that state, submit it as a new job";

Status CheckShape(const SnapshotMetadata& metadata, const TaskSnapshot& snapshot,
                  std::uint32_t parallelism, std::uint32_t max_parallelism,
                  std::size_t input_channels) {
  if (metadata.subtask != snapshot.subtask) {
    return Status::Corruption(snapshot.files.front().name + " belongs to another subtask");
  }
  if (metadata.parallelism != parallelism || metadata.max_parallelism != max_parallelism) {
    return Status::InvalidArgument(
        fmt::format(
            "the checkpoint was taken with parallelism {} of at most {}, the job has {} of at "
            "most {}",
            metadata.parallelism, metadata.max_parallelism, parallelism, max_parallelism),
        "start the job with the parallelism of the checkpoint");
  }
  if (metadata.input_watermarks.size() != input_channels) {
    return Status::InvalidArgument(
        fmt::format("the checkpoint has {} input channels for this task, the job has {}",
                    metadata.input_watermarks.size(), input_channels),
        "start the job with the parallelism of the checkpoint");
  }
  if (metadata.key_hash_version != kKeyHashVersion) {
    return Status::InvalidArgument(
        fmt::format("the checkpoint uses version {} of the key hash, this build version {}",
                    metadata.key_hash_version, kKeyHashVersion),
        "restore it with the version of Penstock that wrote it");
  }
  return Status::Ok();
}

/// The files that the metadata names must be exactly the verified ones.
Status CheckFileList(const SnapshotMetadata& metadata, const TaskSnapshot& snapshot) {
  std::vector<SnapshotFile> expected{snapshot.files.front()};
  for (const SnapshotOperator& op : metadata.operators) {
    for (const SnapshotTable& table : op.tables) {
      if (!table.file.empty()) expected.push_back({table.file, table.size, table.checksum});
    }
  }
  if (expected == snapshot.files) return Status::Ok();
  return Status::Corruption(snapshot.files.front().name +
                            " and the checkpoint's manifest name different files");
}

}  // namespace

Result<TaskRestore> TaskRestore::Open(FileSystem& fs, std::string directory,
                                      const TaskSnapshot& snapshot, std::uint32_t parallelism,
                                      std::uint32_t max_parallelism, std::size_t input_channels) {
  if (snapshot.files.empty()) return Status::Corruption("a task's snapshot has no metadata file");
  for (const SnapshotFile& file : snapshot.files) {
    PENSTOCK_RETURN_IF_ERROR(
        VerifyFile(fs, JoinPath(directory, file.name), file.size, file.checksum));
  }
  const std::string path = JoinPath(directory, snapshot.files.front().name);
  PENSTOCK_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(fs, path));
  auto metadata = DecodeSnapshotMetadata(bytes);
  if (!metadata.ok()) return metadata.status().WithContext(path);
  PENSTOCK_RETURN_IF_ERROR(
      CheckShape(*metadata, snapshot, parallelism, max_parallelism, input_channels));
  PENSTOCK_RETURN_IF_ERROR(CheckFileList(*metadata, snapshot));
  return TaskRestore(fs, std::move(directory), std::move(*metadata));
}

const SnapshotOperator* TaskRestore::Find(const std::string& key) const {
  for (const SnapshotOperator& op : metadata_.operators) {
    if (op.key == key) return &op;
  }
  return nullptr;
}

Status TaskRestore::CheckOperators(const std::vector<std::string>& known,
                                   const std::vector<std::string>& required) const {
  std::string problems;
  for (const SnapshotOperator& op : metadata_.operators) {
    if (std::find(known.begin(), known.end(), op.key) == known.end()) {
      problems += fmt::format("\n  state of operator '{}' ({}) matches no operator of the job",
                              op.key, op.name);
    }
  }
  for (const std::string& key : required) {
    if (Find(key) == nullptr) {
      problems += fmt::format("\n  operator '{}' has no state in the checkpoint", key);
    }
  }
  if (problems.empty()) return Status::Ok();
  return Status::InvalidArgument("the checkpoint does not fit the job:" + problems, kStateHint);
}

Status TaskRestore::LoadTables(const SnapshotOperator& stored,
                               const std::vector<KeyedTable*>& tables) const {
  for (const SnapshotTable& table : stored.tables) {
    const auto match = [&](const KeyedTable* t) { return t->descriptor().name == table.name; };
    const auto found = std::find_if(tables.begin(), tables.end(), match);
    if (found == tables.end()) {
      return Status::InvalidArgument(
          fmt::format("state '{}' of operator '{}' matches no state of the job", table.name,
                      stored.key),
          kStateHint);
    }
    PENSTOCK_RETURN_IF_ERROR(CheckLayout(table, (*found)->descriptor()));
    PENSTOCK_RETURN_IF_ERROR(LoadTable(table, **found));
  }
  for (const KeyedTable* table : tables) {
    const std::string& name = table->descriptor().name;
    const auto match = [&](const SnapshotTable& t) { return t.name == name; };
    if (std::none_of(stored.tables.begin(), stored.tables.end(), match)) {
      return Status::InvalidArgument(
          fmt::format("state '{}' of operator '{}' is not in the checkpoint", name, stored.key),
          kStateHint);
    }
  }
  return Status::Ok();
}

Status TaskRestore::LoadTable(const SnapshotTable& stored, KeyedTable& table) const {
  if (stored.file.empty()) return Status::Ok();
  return ReadSnapshotFile(
      *fs_, JoinPath(directory_, stored.file), stored.entries,
      [&](std::string_view key, std::string_view value) { return table.Load(key, value); });
}

}  // namespace penstock
