#include "coordinator/checkpoint_statistics.h"

namespace penstock {

const char* ToString(CheckpointStatus status) {
  switch (status) {
    case CheckpointStatus::kInProgress: return "IN_PROGRESS";
    case CheckpointStatus::kCompleted: return "COMPLETED";
    case CheckpointStatus::kFailed: return "FAILED";
  }
  return "";
}

CheckpointRecord& CheckpointStatistics::Add(CheckpointRecord record) {
  if (history_.size() == kHistory) history_.pop_front();
  history_.push_back(std::move(record));
  return history_.back();
}

void CheckpointStatistics::End(const CheckpointRecord& record) {
  if (record.status == CheckpointStatus::kCompleted) {
    ++completed;
    histograms_.ObserveCheckpoint(record.duration_millis, record.new_bytes);
    for (const auto& [subtask, part] : record.acknowledged) histograms_.ObserveTask(part.timings);
    latest_completed_ = record;
  } else {
    ++failed;
    latest_failed_ = record;
  }
}

void CheckpointStatistics::Restored(const RestorePoint& point, std::int64_t wall_millis) {
  ++restored;
  restored_checkpoint = point.checkpoint;
  restored_millis = wall_millis;
  restored_directory = point.directory;
}

void CheckpointStatistics::Exported(CheckpointId id, const std::string& path) {
  for (CheckpointRecord& record : history_) {
    if (record.id != id) continue;
    record.savepoint = true;
    record.savepoint_path = path;
    latest_savepoint_ = record;
  }
  if (latest_completed_ && latest_completed_->id == id) {
    latest_completed_->savepoint = true;
    latest_completed_->savepoint_path = path;
  }
}

const CheckpointRecord* CheckpointStatistics::Find(CheckpointId id) const {
  for (const CheckpointRecord& record : history_) {
    if (record.id == id) return &record;
  }
  return nullptr;
}

}  // namespace penstock
