#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "coordinator/metrics/bottleneck.h"
#include "coordinator/metrics/metric_history.h"
#include "coordinator/metrics/vertex_metrics.h"
#include "coordinator/metrics/watermark_holder.h"
#include "graph/job_graph.h"
#include "wire/messages.h"

namespace penstock {

/// A vertex as it is now, over its subtasks; ratios 0..1, rates per second.
struct VertexLive {
  double busy = 0;  ///< The greatest.
  double busy_average = 0;
  double idle_average = 0;
  double backpressured = 0;  ///< The greatest.
  double backpressured_average = 0;
  double records_in = 0;  ///< Sums, like the next three.
  double records_out = 0;
  double bytes_in = 0;
  double bytes_out = 0;
  std::optional<std::int64_t> watermark;  ///< The least of those that are not idle.
  double skew = 0;                        ///< (greatest - mean) / greatest of records_in.
  std::optional<double> pending_records;
};

/// All that the tasks of a job's current attempt have reported, and what follows from it.
/// Coordinator thread only.
class MetricStore {
 public:
  explicit MetricStore(const JobGraph& graph);

  /// A new attempt at `graph`. The history stays when the vertices are the same ones.
  void Reset(const JobGraph& graph);
  /// `now`: milliseconds of a clock that does not go back.
  void Report(const TaskMetrics& report, std::int64_t now);
  /// A point of the history, once a second; `wall`: milliseconds. `checkpoint_duration` of the
  /// newest completed one, in milliseconds, or NaN.
  void Sample(std::int64_t wall, double checkpoint_duration);

  const VertexMetrics& vertex(VertexId id) const { return vertices_[id.value()]; }
  VertexLive Live(VertexId id) const;
  /// Of an edge, by index in the graph.
  VertexMetrics::EdgeRate EdgeRate(std::size_t edge) const;
  EdgeMetrics EdgeTotal(std::size_t edge) const;
  const MetricHistory& history() const { return history_; }

  std::optional<Bottleneck> FindSlowest() const;
  /// `now` as for Report.
  std::optional<WatermarkHolder> FindHolder(std::int64_t now) const;

 private:
  HistoryPoint PointOf(const VertexLive& live, std::int64_t wall) const;
  std::size_t OutEdge(std::size_t edge) const;

  JobGraph graph_;
  std::vector<VertexMetrics> vertices_;  // by id
  MetricHistory history_;
};

}  // namespace penstock
