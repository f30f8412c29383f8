#include "coordinator/metrics/metric_history.h"

namespace penstock {

const char* ToString(HistorySeries series) {
  constexpr std::array<const char*, kHistorySeries> kNames{"records-in-per-second",
                                                           "records-out-per-second",
                                                           "bytes-in-per-second",
                                                           "bytes-out-per-second",
                                                           "busy-ratio",
                                                           "backpressured-ratio",
                                                           "idle-ratio",
                                                           "watermark-lag",
                                                           "checkpoint-duration"};
  return kNames[static_cast<std::size_t>(series)];
}

bool MetricHistory::Due(std::int64_t now) const {
  if (times_.empty()) return true;
  return now / kIntervalMillis != time(size() - 1) / kIntervalMillis;
}

void MetricHistory::Add(std::int64_t now, const std::vector<HistoryPoint>& points) {
  if (times_.size() < kPoints) {
    times_.push_back(now);
    for (std::size_t i = 0; i < points_.size(); ++i) points_[i].push_back(points[i]);
    return;
  }
  times_[first_] = now;
  for (std::size_t i = 0; i < points_.size(); ++i) points_[i][first_] = points[i];
  first_ = (first_ + 1) % kPoints;
}

}  // namespace penstock
