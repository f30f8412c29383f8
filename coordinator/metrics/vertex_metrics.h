#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/job_graph.h"
#include "wire/messages.h"

namespace penstock {

/// Counters that every task has, by their place in VertexMetrics::counter_names().
enum class TaskCounter : unsigned char {
  kRecordsIn,
  kRecordsOut,
  kBytesIn,
  kBytesOut,
  kBusyMillis,
  kIdleMillis,
  kBackPressuredMillis,
};
inline constexpr std::size_t kTaskCounters = 7;

/// One subtask as it is now; ratios 0..1, rates per second. All zero before its first report.
struct SubtaskLoad {
  static constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

  bool reported = false;
  bool idle_source = false;
  double records_in = 0;   ///< Of a source: what it reads.
  double records_out = 0;  ///< With what its sinks write.
  double bytes_in = 0;
  double bytes_out = 0;
  double busy = 0;
  double idle = 0;
  double backpressured = 0;
  double pending_records = -1;  ///< -1: unknown.
  std::int64_t watermark = kNoTime;
  std::int64_t output_watermark = kNoTime;
  std::int64_t furthest = kNoTime;   ///< Of its splits.
  std::int64_t advanced_millis = 0;  ///< When the watermark last did, on the receiver's clock.
  std::int64_t reported_millis = 0;  ///< When its last report came, likewise.
};

/// What the subtasks of one vertex have reported since the attempt's start. Rates are of the last
/// three to six seconds. Not thread-safe.
class VertexMetrics {
 public:
  /// `out_edges` leave it.
  VertexMetrics(const JobVertex& vertex, std::size_t out_edges);

  /// `now`: milliseconds of a clock that does not go back.
  void Report(const TaskMetrics& report, std::int64_t now);

  std::uint32_t parallelism() const { return static_cast<std::uint32_t>(loads_.size()); }
  /// By subtask.
  const std::vector<SubtaskLoad>& loads() const { return loads_; }
  /// Whose watermark is the subtask's; empty: unknown, or it is no source.
  const std::string& slowest_split(std::uint32_t subtask) const { return splits_[subtask]; }

  /// All counters that any subtask has reported; those of operators as "<operator>.<counter>".
  const std::vector<std::string>& counter_names() const { return counter_names_; }
  const std::vector<std::string>& gauge_names() const { return gauge_names_; }
  std::uint64_t counter(std::uint32_t subtask, std::size_t counter) const;
  std::uint64_t counter(std::uint32_t subtask, TaskCounter counter) const {
    return this->counter(subtask, static_cast<std::size_t>(counter));
  }
  double rate(std::uint32_t subtask, std::size_t counter) const;
  /// Nothing when the subtask has not reported it.
  std::optional<double> gauge(std::uint32_t subtask, std::size_t gauge) const;

  /// Sums over the subtasks.
  std::uint64_t Total(TaskCounter counter) const;
  EdgeMetrics EdgeTotal(std::size_t edge) const;
  struct EdgeRate {
    double records = 0;
    double bytes = 0;
  };
  EdgeRate edge_rate(std::size_t edge) const;

 private:
  struct Sample {
    std::uint64_t age = 0;
    std::vector<std::uint64_t> counters;  // by name
    std::vector<EdgeMetrics> edges;
  };
  /// Rates are between the oldest and the newest.
  struct Samples {
    std::array<Sample, 3> at;  // oldest first
    std::vector<double> gauges;
  };

  std::size_t NameCounter(const std::string& name);
  Sample ToSample(const TaskMetrics& report);
  void TakeGauges(const TaskMetrics& report, Samples& samples);
  void Update(std::uint32_t subtask, const TaskMetrics& report, std::int64_t now);
  double Sum(std::uint32_t subtask, const std::vector<std::size_t>& counters) const;

  std::size_t out_edges_;
  std::vector<std::string> counter_names_;
  std::map<std::string, std::size_t> counters_by_name_;
  std::vector<std::string> gauge_names_;
  std::map<std::string, std::size_t> gauges_by_name_;
  std::vector<std::size_t> read_;     // counters of what the source reads
  std::vector<std::size_t> written_;  // of what the sinks write
  std::vector<Samples> samples_;      // by subtask
  std::vector<SubtaskLoad> loads_;
  std::vector<std::string> splits_;
};

}  // namespace penstock
