#include "coordinator/restore_choice.h"

#include <algorithm>

#include <fmt/format.h>

#include "checkpoint/stored_checkpoint.h"

namespace penstock {
namespace {

Result<RestorePoint> ReadPoint(CheckpointStorage& storage, CheckpointId id,
                               const RestoreQuestion& question) {
  if (const auto known = question.unreadable.find(id); known != question.unreadable.end()) {
    return Status::Corruption(known->second);
  }
  PENSTOCK_ASSIGN_OR_RETURN(CheckpointManifest manifest, storage.ReadManifest(id));
  PENSTOCK_RETURN_IF_ERROR(storage.VerifyFiles(manifest));
  return RestorePoint{id, storage.CompletedPath(id), manifest.final, std::move(manifest.tasks)};
}

Status NoneLeft(CheckpointId newest, const Status& reason, bool transactional) {
  return Status::Corruption(
      fmt::format("checkpoint {} cannot be restored: {}", ToString(newest), reason.message()),
      transactional
          ? "the job has transactional sinks, so an older checkpoint would commit results "
            "twice: bring the files back, or submit the job anew"
          : "no retained checkpoint is intact: bring the files back, or submit the job anew");
}

/// Not final, whatever it was: the new job runs on.
Result<RestoreChoice> StartFrom(FileSystem& fs, const std::string& location) {
  PENSTOCK_ASSIGN_OR_RETURN(StoredCheckpoint start, OpenStoredCheckpoint(fs, location));
  RestoreChoice choice;
  choice.newest = start.manifest.checkpoint;
  choice.foreign = true;
  choice.point = RestorePoint{start.manifest.checkpoint, std::move(start.directory), false,
                              std::move(start.manifest.tasks)};
  return choice;
}

}  // namespace

Result<RestoreChoice> ChooseRestorePoint(FileSystem& fs, CheckpointStorage& storage,
                                         const RestoreQuestion& question) {
  PENSTOCK_ASSIGN_OR_RETURN(std::vector<CheckpointId> ids, storage.ListCompleted());
  RestoreChoice choice;
  if (!ids.empty()) choice.newest = ids.back();
  // What the job store remembers but is not there counts as damaged.
  if (question.last_completed > choice.newest) ids.push_back(question.last_completed);
  std::reverse(ids.begin(), ids.end());

  Status first;
  for (const CheckpointId id : ids) {
    auto point = ReadPoint(storage, id, question);
    if (point.ok()) {
      choice.point = std::move(*point);
      return choice;
    }
    const Status& reason = point.status();
    if (reason.code() != ErrorCode::kCorruption) return reason;
    if (first.ok()) first = reason;
    if (question.transactional) break;
    choice.warnings.push_back(
        fmt::format("checkpoint {} is skipped: {}", ToString(id), reason.message()));
  }
  if (ids.empty()) {
    return question.start_from.empty() ? choice : StartFrom(fs, question.start_from);
  }
  return NoneLeft(ids.front(), first, question.transactional);
}

}  // namespace penstock
