#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/config/options.h"
#include "worker/stream_element.h"

namespace penstock {

/// Decides what to do with the barriers of a task's input channels: a channel whose barrier has
/// come is blocked until all have it. At-least-once does not block, but for a final checkpoint,
/// after whose barrier no record may follow. A barrier of a newer checkpoint than the one being
/// aligned gives that one up; one of an older checkpoint is ignored. Pure: the caller blocks the
/// channels.
class BarrierAligner {
 public:
  /// What follows from one barrier, to be done in this order.
  struct Step {
    std::optional<CheckpointId> aborted;  ///< Will not be aligned any more.
    bool unblock_all = false;
    bool block = false;                        ///< The channel that the barrier came on.
    std::optional<CheckpointBarrier> aligned;  ///< All channels have it: take the snapshot now.
    std::int64_t alignment_nanos = 0;          ///< From its first barrier to this, when aligned.
  };

  explicit BarrierAligner(std::uint32_t channels,
                          CheckpointMode mode = CheckpointMode::kExactlyOnce)
      : mode_(mode), arrived_(channels, false) {}

  /// `now` is monotonic time in nanoseconds. Requires channel < channels.
  Step OnBarrier(std::uint32_t channel, const CheckpointBarrier& barrier, std::int64_t now);

  bool aligning() const { return pending_ > 0; }

 private:
  void Begin(CheckpointId checkpoint, std::int64_t now);

  const CheckpointMode mode_;
  std::vector<bool> arrived_;  // by channel, for current_
  std::uint32_t pending_ = 0;  // channels that arrived for current_; 0: not aligning
  CheckpointId current_;       // the newest checkpoint seen
  std::int64_t started_ = 0;
};

}  // namespace penstock
