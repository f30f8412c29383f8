#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/ids.h"

namespace penstock {

/// How far one subtask of a source has come in event time, as it says.
struct SourceTime {
  SubtaskId subtask;
  std::string split;                 ///< That its watermark comes from; may be empty.
  std::int64_t watermark = 0;        ///< INT64_MIN: none yet; INT64_MAX: it has read everything.
  std::int64_t furthest = 0;         ///< Of its splits; likewise.
  std::int64_t advanced_millis = 0;  ///< When the watermark last did, on a clock of the caller's.
  bool idle = false;                 ///< It holds nobody back.
};

/// The split that holds back the watermark of a job.
struct WatermarkHolder {
  SubtaskId subtask;
  std::string split;           ///< Empty: unknown.
  std::int64_t watermark = 0;  ///< INT64_MIN: none yet.
  /// By how much it is behind the source that is ahead; nothing when it has no watermark.
  std::optional<std::int64_t> lag;
  std::int64_t held = 0;  ///< Since when it has not advanced, in milliseconds up to now.
  bool operator==(const WatermarkHolder&) const = default;
};

/// How long a watermark must stand still before its holder is named.
inline constexpr std::int64_t kHeldMillis = 30'000;

/// Of the subtasks of all sources of a job that together make up its watermark, the one that holds
/// it: it is the least, has not advanced for kHeldMillis and something else is ahead. Nothing when
/// the watermark advances, or there is no event time. Pure.
class WatermarkSearch {
 public:
  void Add(const SourceTime& source);
  std::optional<WatermarkHolder> Find(std::int64_t now) const;

 private:
  std::optional<SourceTime> slowest_;
  std::optional<std::int64_t> furthest_;
};

/// "split orders-3 of 'orders' (2/4) has held the watermark …", and what to do about it.
std::string DescribeHolder(const WatermarkHolder& holder, const std::string& task);

}  // namespace penstock
