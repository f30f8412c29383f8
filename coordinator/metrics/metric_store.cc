#include "coordinator/metrics/metric_store.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace penstock {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kEndOfTime = std::numeric_limits<std::int64_t>::max();

std::vector<VertexMetrics> VerticesOf(const JobGraph& graph) {
  std::vector<VertexMetrics> vertices;
  for (const JobVertex& vertex : graph.vertices) {
    const auto leaves = [&](const JobEdge& edge) { return edge.from == vertex.id; };
    vertices.emplace_back(vertex, std::count_if(graph.edges.begin(), graph.edges.end(), leaves));
  }
  return vertices;
}

bool SameVertices(const JobGraph& a, const JobGraph& b) {
  return std::equal(a.vertices.begin(), a.vertices.end(), b.vertices.begin(), b.vertices.end(),
                    [](const JobVertex& x, const JobVertex& y) { return x.name == y.name; });
}

double& At(HistoryPoint& point, HistorySeries series) {
  return point[static_cast<std::size_t>(series)];
}

bool WritesOutside(const JobVertex& vertex) {
  return std::any_of(vertex.operators.begin(), vertex.operators.end(),
                     [](const GraphOperator& op) { return op.kind == "sink"; });
}

/// The least of the subtasks that are not idle, or of idle ones the greatest; nothing when one has
/// none yet, or all have ended.
std::optional<std::int64_t> WatermarkOf(const std::vector<SubtaskLoad>& loads) {
  std::int64_t least = kEndOfTime;
  std::int64_t greatest = SubtaskLoad::kNoTime;
  for (const SubtaskLoad& load : loads) {
    greatest = std::max(greatest, load.watermark);
    if (!load.idle_source) least = std::min(least, load.watermark);
  }
  const std::int64_t watermark = least == kEndOfTime ? greatest : least;
  if (watermark == SubtaskLoad::kNoTime || watermark == kEndOfTime) return std::nullopt;
  return watermark;
}

}  // namespace

MetricStore::MetricStore(const JobGraph& graph)
    : graph_(graph), vertices_(VerticesOf(graph)), history_(graph.vertices.size()) {}

void MetricStore::Reset(const JobGraph& graph) {
  if (!SameVertices(graph_, graph)) history_ = MetricHistory(graph.vertices.size());
  graph_ = graph;
  vertices_ = VerticesOf(graph);
}

void MetricStore::Report(const TaskMetrics& report, std::int64_t now) {
  if (report.subtask.vertex.value() >= vertices_.size()) return;
  vertices_[report.subtask.vertex.value()].Report(report, now);
}

VertexLive MetricStore::Live(VertexId id) const {
  const std::vector<SubtaskLoad>& loads = vertices_[id.value()].loads();
  VertexLive live;
  double most_records = 0;
  for (const SubtaskLoad& load : loads) {
    live.busy = std::max(live.busy, load.busy);
    live.backpressured = std::max(live.backpressured, load.backpressured);
    live.busy_average += load.busy;
    live.idle_average += load.idle;
    live.backpressured_average += load.backpressured;
    live.records_in += load.records_in;
    live.records_out += load.records_out;
    live.bytes_in += load.bytes_in;
    live.bytes_out += load.bytes_out;
    most_records = std::max(most_records, load.records_in);
    if (load.pending_records >= 0) {
      live.pending_records = live.pending_records.value_or(0) + load.pending_records;
    }
  }
  const double count = std::max<double>(static_cast<double>(loads.size()), 1);
  for (double* average : {&live.busy_average, &live.idle_average, &live.backpressured_average}) {
    *average /= count;
  }
  if (most_records > 0) live.skew = (most_records - live.records_in / count) / most_records;
  live.watermark = WatermarkOf(loads);
  return live;
}

/// Its number among those that leave the same vertex.
std::size_t MetricStore::OutEdge(std::size_t edge) const {
  const VertexId from = graph_.edges[edge].from;
  std::size_t number = 0;
  for (std::size_t i = 0; i < edge; ++i) number += graph_.edges[i].from == from ? 1 : 0;
  return number;
}

VertexMetrics::EdgeRate MetricStore::EdgeRate(std::size_t edge) const {
  return vertex(graph_.edges[edge].from).edge_rate(OutEdge(edge));
}

EdgeMetrics MetricStore::EdgeTotal(std::size_t edge) const {
  return vertex(graph_.edges[edge].from).EdgeTotal(OutEdge(edge));
}

HistoryPoint MetricStore::PointOf(const VertexLive& live, std::int64_t wall) const {
  HistoryPoint point;
  point.fill(kUnknown);
  At(point, HistorySeries::kRecordsIn) = live.records_in;
  At(point, HistorySeries::kRecordsOut) = live.records_out;
  At(point, HistorySeries::kBytesIn) = live.bytes_in;
  At(point, HistorySeries::kBytesOut) = live.bytes_out;
  At(point, HistorySeries::kBusy) = live.busy;
  At(point, HistorySeries::kBackPressured) = live.backpressured;
  At(point, HistorySeries::kIdle) = live.idle_average;
  if (live.watermark) {
    At(point, HistorySeries::kWatermarkLag) = static_cast<double>(wall - *live.watermark);
  }
  return point;
}

void MetricStore::Sample(std::int64_t wall, double checkpoint_duration) {
  if (!history_.Due(wall)) return;
  VertexLive job;  // what comes in at sources, what goes out at sinks, and the worst of the rest
  job.idle_average = 1;
  std::vector<HistoryPoint> points;
  for (const JobVertex& vertex : graph_.vertices) {
    const VertexLive live = Live(vertex.id);
    points.push_back(PointOf(live, wall));
    if (vertex.is_source()) job.records_in += live.records_in;
    if (WritesOutside(vertex)) job.records_out += live.records_out;
    job.bytes_in += live.bytes_in;
    job.bytes_out += live.bytes_out;
    job.busy = std::max(job.busy, live.busy);
    job.backpressured = std::max(job.backpressured, live.backpressured);
    job.idle_average = std::min(job.idle_average, live.idle_average);
    if (live.watermark) {
      job.watermark = std::min(job.watermark.value_or(kEndOfTime), *live.watermark);
    }
  }
  points.push_back(PointOf(job, wall));
  At(points.back(), HistorySeries::kCheckpointDuration) = checkpoint_duration;
  history_.Add(wall, points);
}

std::optional<Bottleneck> MetricStore::FindSlowest() const {
  std::vector<VertexLoad> loads;
  for (const JobVertex& vertex : graph_.vertices) {
    const VertexLive live = Live(vertex.id);
    const std::vector<SubtaskLoad>& subtasks = vertices_[vertex.id.value()].loads();
    const bool reported = std::any_of(subtasks.begin(), subtasks.end(),
                                      [](const SubtaskLoad& load) { return load.reported; });
    loads.push_back({.name = vertex.name,
                     .reported = reported,
                     .busy = live.busy,
                     .backpressured = live.backpressured,
                     .skew = live.skew,
                     .parallelism = vertex.parallelism,
                     .max_parallelism = vertex.max_parallelism});
  }
  std::vector<std::pair<VertexId, VertexId>> edges;
  for (const JobEdge& edge : graph_.edges) edges.emplace_back(edge.from, edge.to);
  return FindBottleneck(loads, edges);
}

std::optional<WatermarkHolder> MetricStore::FindHolder(std::int64_t now) const {
  WatermarkSearch search;
  for (const JobVertex& vertex : graph_.vertices) {
    if (!vertex.is_source()) continue;
    const VertexMetrics& metrics = vertices_[vertex.id.value()];
    for (std::uint32_t i = 0; i < metrics.parallelism(); ++i) {
      const SubtaskLoad& load = metrics.loads()[i];
      if (!load.reported) continue;
      search.Add({{vertex.id, i},
                  metrics.slowest_split(i),
                  load.watermark,
                  load.furthest,
                  load.advanced_millis,
                  load.idle_source});
    }
  }
  return search.Find(now);
}

}  // namespace penstock
