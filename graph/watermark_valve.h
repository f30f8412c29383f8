#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/timestamp.h"

namespace penstock {

/// Makes one watermark of those of all input channels: the minimum over the active ones. A channel
/// that has ended, at the greatest watermark, says nothing about the others: when all of those are
/// idle the task is, at the greatest watermark that one of them has reached. Pure.
class WatermarkValve {
 public:
  /// What an element changes for the task; nothing when both are empty.
  struct Change {
    std::optional<bool> idle;            ///< All channels have become idle, or one is active again.
    std::optional<Timestamp> watermark;  ///< Advances; before it becomes idle, after it is active.
  };

  explicit WatermarkValve(std::uint32_t channels) : channels_(channels) {}

  /// Starts where a snapshot's watermarks() were. Requires one per channel.
  void Restore(const std::vector<Timestamp>& watermarks);

  Change OnWatermark(std::uint32_t channel, Timestamp watermark);
  Change OnStatus(std::uint32_t channel, bool idle);

  /// The last watermark put out; Min when there was none.
  Timestamp current() const { return current_; }
  /// Of one channel. Requires channel < channels.
  Timestamp watermark(std::uint32_t channel) const { return channels_[channel].watermark; }
  /// By channel.
  std::vector<Timestamp> watermarks() const;

 private:
  struct Channel {
    Timestamp watermark = Timestamp::Min();
    bool idle = false;

    bool ended() const { return watermark == Timestamp::Max(); }
  };

  void Update(Change& change);

  std::vector<Channel> channels_;
  bool idle_ = false;
  Timestamp current_ = Timestamp::Min();
};

}  // namespace penstock
