#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace penstock {

/// The series that are kept of each vertex, and of a job as a whole.
enum class HistorySeries : unsigned char {
  kRecordsIn,
  kRecordsOut,
  kBytesIn,
  kBytesOut,
  kBusy,
  kBackPressured,
  kIdle,
  kWatermarkLag,
  kCheckpointDuration,  ///< Of the job.
};
inline constexpr std::size_t kHistorySeries = 9;
/// "records-in-per-second"
const char* ToString(HistorySeries series);

/// One point of all series; NaN: unknown.
using HistoryPoint = std::array<double, kHistorySeries>;

/// The last five minutes of some vertices and of their job, one point a second; older points are
/// overwritten. Not thread-safe.
class MetricHistory {
 public:
  static constexpr std::int64_t kIntervalMillis = 1000;
  static constexpr std::size_t kPoints = 300;

  explicit MetricHistory(std::size_t vertices) : points_(vertices + 1) {}

  /// Is there no point yet for the second of `now`?
  bool Due(std::int64_t now_millis) const;
  /// `points` of the vertices in their order, then of the job.
  void Add(std::int64_t now_millis, const std::vector<HistoryPoint>& points);

  std::size_t size() const { return times_.size(); }
  /// Oldest first. Wall clock.
  std::int64_t time(std::size_t i) const { return times_[Slot(i)]; }
  const HistoryPoint& of_vertex(std::size_t vertex, std::size_t i) const {
    return points_[vertex][Slot(i)];
  }
  const HistoryPoint& of_job(std::size_t i) const { return points_.back()[Slot(i)]; }

 private:
  std::size_t Slot(std::size_t i) const { return (first_ + i) % times_.size(); }

  std::size_t first_ = 0;  // slot of the oldest
  std::vector<std::int64_t> times_;
  std::vector<std::vector<HistoryPoint>> points_;  // by vertex, the job last
};

}  // namespace penstock
