#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.h"
#include "coordinator/metrics/checkpoint_histograms.h"
#include "wire/messages.h"

namespace penstock {

enum class CheckpointStatus : unsigned char { kInProgress, kCompleted, kFailed };
/// As Flink spells it: "IN_PROGRESS".
const char* ToString(CheckpointStatus status);

/// One task's part of a checkpoint.
struct SubtaskCheckpoint {
  std::int64_t acknowledged_millis = 0;  ///< Wall clock.
  std::int64_t duration_millis = 0;      ///< From the trigger to the acknowledgement.
  std::uint64_t bytes = 0;               ///< Of all its files.
  std::uint64_t new_bytes = 0;           ///< Written for this checkpoint.
  SnapshotTimings timings;
};

/// A vertex as it was when the checkpoint was taken.
struct CheckpointVertex {
  VertexId id;
  std::string name;
  std::uint32_t parallelism = 0;
};

struct CheckpointRecord {
  CheckpointId id;
  CheckpointStatus status = CheckpointStatus::kInProgress;
  bool final = false;
  bool savepoint = false;              ///< Somebody wants it as one.
  std::string savepoint_path;          ///< Where it was exported to; empty before.
  std::int64_t trigger_millis = 0;     ///< Wall clock.
  std::int64_t latest_ack_millis = 0;  ///< Wall clock; 0 before the first.
  std::int64_t end_millis = 0;         ///< Wall clock; 0 while in progress.
  std::int64_t duration_millis = 0;    ///< Monotonic, from the trigger to the end.
  std::uint64_t bytes = 0;             ///< Of all files.
  std::uint64_t new_bytes = 0;         ///< Written for this checkpoint.
  std::uint32_t tasks = 0;
  std::vector<CheckpointVertex> vertices;
  std::map<SubtaskId, SubtaskCheckpoint> acknowledged;
  std::string failure;
};

/// What is told about a job's checkpoints since the coordinator started. Coordinator thread only.
class CheckpointStatistics {
 public:
  static constexpr std::size_t kHistory = 32;

  CheckpointRecord& Add(CheckpointRecord record);
  /// Counts the record, which must have ended.
  void End(const CheckpointRecord& record);
  void Restored(const RestorePoint& point, std::int64_t wall_millis);
  /// That checkpoint is a savepoint now.
  void Exported(CheckpointId id, const std::string& path);

  /// Oldest first; older ones than kHistory are forgotten.
  const std::deque<CheckpointRecord>& history() const { return history_; }
  const CheckpointRecord* Find(CheckpointId id) const;
  const std::optional<CheckpointRecord>& latest_completed() const { return latest_completed_; }
  const std::optional<CheckpointRecord>& latest_failed() const { return latest_failed_; }
  const std::optional<CheckpointRecord>& latest_savepoint() const { return latest_savepoint_; }
  const CheckpointHistograms& histograms() const { return histograms_; }

  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t restored = 0;
  CheckpointId restored_checkpoint;  ///< 0 when none was.
  std::int64_t restored_millis = 0;
  std::string restored_directory;

 private:
  std::deque<CheckpointRecord> history_;
  CheckpointHistograms histograms_;
  std::optional<CheckpointRecord> latest_completed_;
  std::optional<CheckpointRecord> latest_failed_;
  std::optional<CheckpointRecord> latest_savepoint_;
};

}  // namespace penstock
