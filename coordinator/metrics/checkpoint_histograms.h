#pragma once

#include <cstdint>

#include "common/metrics/histogram.h"
#include "wire/messages.h"

namespace penstock {

/// How long the parts of a job's completed checkpoints have taken, in seconds, and how large they
/// were, since the coordinator started. Not thread-safe.
class CheckpointHistograms {
 public:
  CheckpointHistograms();

  /// Of one task's part.
  void ObserveTask(const SnapshotTimings& timings);
  void ObserveCheckpoint(std::int64_t duration_millis, std::uint64_t new_bytes);

  const Histogram& start_delay() const { return start_delay_; }
  const Histogram& alignment() const { return alignment_; }
  const Histogram& synchronous() const { return synchronous_; }
  const Histogram& asynchronous() const { return asynchronous_; }
  const Histogram& duration() const { return duration_; }
  const Histogram& bytes() const { return bytes_; }

 private:
  Histogram start_delay_;
  Histogram alignment_;
  Histogram synchronous_;
  Histogram asynchronous_;
  Histogram duration_;  // from the trigger to the decision
  Histogram bytes_;     // written for a checkpoint
};

}  // namespace penstock
