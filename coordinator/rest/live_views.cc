#include "coordinator/rest/live_views.h"

#include <cmath>
#include <string>

#include "coordinator/rest/job_views.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// From that much on a subtask's back-pressure is high; see also kBackPressured.
constexpr double kHighBackPressure = 0.5;

template <typename T>
json::value OrNull(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

/// What was measured last is not what happens now when the attempt has ended.
bool IsRunning(const JobMaster& job) { return job.state() == JobState::kRunning; }

json::value NumberOrNull(double value) {
  return std::isnan(value) ? json::value(nullptr) : json::value(value);
}

const char* LevelOf(double ratio) {
  return ratio <= kBackPressured ? "ok" : ratio <= kHighBackPressure ? "low" : "high";
}

json::object SubtaskBackPressure(std::uint32_t subtask, std::uint64_t attempt,
                                 const SubtaskLoad& load) {
  return {{"subtask", subtask},
          {"attempt-number", attempt},
          {"backpressureLevel", LevelOf(load.backpressured)},
          {"backpressure-level", LevelOf(load.backpressured)},
          {"ratio", load.backpressured},
          {"idleRatio", load.idle},
          {"busyRatio", load.busy}};
}

}  // namespace

json::object LiveOf(const JobMaster& job, VertexId vertex, std::int64_t now) {
  const VertexLive live = IsRunning(job) ? job.metrics().Live(vertex) : VertexLive();
  std::optional<std::int64_t> lag;
  if (live.watermark) lag = now - *live.watermark;
  std::optional<std::int64_t> pending;
  if (live.pending_records) pending = static_cast<std::int64_t>(*live.pending_records);
  return {{"busy-ratio", live.busy},
          {"busy-ratio-average", live.busy_average},
          {"idle-ratio-average", live.idle_average},
          {"backpressured-ratio", live.backpressured},
          {"backpressured-ratio-average", live.backpressured_average},
          {"records-in-per-second", live.records_in},
          {"records-out-per-second", live.records_out},
          {"bytes-in-per-second", live.bytes_in},
          {"bytes-out-per-second", live.bytes_out},
          {"watermark", OrNull(live.watermark)},
          {"watermark-lag", OrNull(lag)},
          {"skew", live.skew},
          {"pending-records", OrNull(pending)}};
}

json::object TotalsOf(const JobMaster& job, VertexId vertex) {
  const VertexMetrics& metrics = job.metrics().vertex(vertex);
  return {{"read-bytes", metrics.Total(TaskCounter::kBytesIn)},
          {"read-bytes-complete", true},
          {"write-bytes", metrics.Total(TaskCounter::kBytesOut)},
          {"write-bytes-complete", true},
          {"read-records", metrics.Total(TaskCounter::kRecordsIn)},
          {"read-records-complete", true},
          {"write-records", metrics.Total(TaskCounter::kRecordsOut)},
          {"write-records-complete", true},
          {"accumulated-backpressured-time", metrics.Total(TaskCounter::kBackPressuredMillis)},
          {"accumulated-idle-time", metrics.Total(TaskCounter::kIdleMillis)},
          {"accumulated-busy-time", metrics.Total(TaskCounter::kBusyMillis)}};
}

json::array EdgesOf(const JobMaster& job) {
  json::array edges;
  const auto& graph_edges = job.graph().edges;
  for (std::size_t i = 0; i < graph_edges.size(); ++i) {
    const auto rate = IsRunning(job) ? job.metrics().EdgeRate(i) : VertexMetrics::EdgeRate();
    edges.push_back(json::object{{"source", VertexIdText(graph_edges[i].from)},
                                 {"target", VertexIdText(graph_edges[i].to)},
                                 {"ship-strategy", ToString(graph_edges[i].distribution)},
                                 {"records-per-second", rate.records},
                                 {"bytes-per-second", rate.bytes}});
  }
  return edges;
}

json::value BottleneckOf(const JobMaster& job) {
  const std::optional<Bottleneck> found = job.bottleneck();
  if (!found) return nullptr;
  json::array upstream;
  for (const VertexId id : found->backpressured_upstream)
    upstream.push_back(json::value(VertexIdText(id)));
  return json::object{{"vertex", VertexIdText(found->vertex)},
                      {"name", job.graph().vertex(found->vertex).name},
                      {"busy-ratio", found->busy},
                      {"backpressured-upstream", std::move(upstream)},
                      {"reason", found->reason},
                      {"hint", found->hint}};
}

json::value WatermarkHolderOf(const JobMaster& job) {
  const std::optional<WatermarkHolder> holder = job.watermark_holder();
  if (!holder) return nullptr;
  json::value split = nullptr;
  if (!holder->split.empty()) split = holder->split;
  json::value watermark = nullptr;
  if (holder->lag) watermark = holder->watermark;
  return json::object{{"vertex", VertexIdText(holder->subtask.vertex)},
                      {"name", job.graph().vertex(holder->subtask.vertex).name},
                      {"subtask", holder->subtask.index},
                      {"split", std::move(split)},
                      {"watermark", std::move(watermark)},
                      {"lag", OrNull(holder->lag)},
                      {"since", holder->held},
                      {"reason", DescribeHolder(*holder, TaskName(job.graph(), holder->subtask))}};
}

json::object HistoryOf(const JobMaster& job, std::optional<VertexId> vertex) {
  const MetricHistory& history = job.metrics().history();
  json::array timestamps;
  for (std::size_t i = 0; i < history.size(); ++i) timestamps.push_back(history.time(i));
  json::object series;
  for (std::size_t s = 0; s < kHistorySeries; ++s) {
    const auto which = static_cast<HistorySeries>(s);
    if (vertex && which == HistorySeries::kCheckpointDuration) continue;
    json::array values;
    for (std::size_t i = 0; i < history.size(); ++i) {
      const HistoryPoint& point =
          vertex ? history.of_vertex(vertex->value(), i) : history.of_job(i);
      values.push_back(NumberOrNull(point[s]));
    }
    series[ToString(which)] = std::move(values);
  }
  return {{"interval", MetricHistory::kIntervalMillis},
          {"timestamps", std::move(timestamps)},
          {"series", std::move(series)}};
}

json::object BackPressureOf(const JobMaster& job, VertexId vertex, std::int64_t now) {
  const VertexMetrics& metrics = job.metrics().vertex(vertex);
  const char* level = LevelOf(job.metrics().Live(vertex).backpressured);
  json::array subtasks;
  for (std::uint32_t i = 0; i < metrics.parallelism(); ++i) {
    subtasks.push_back(SubtaskBackPressure(i, job.executions().attempt(), metrics.loads()[i]));
  }
  return {{"status", "ok"},
          {"backpressureLevel", level},
          {"backpressure-level", level},
          {"end-timestamp", now},
          {"subtasks", std::move(subtasks)}};
}

json::array WatermarksOf(const JobMaster& job, VertexId vertex) {
  const std::vector<SubtaskLoad>& loads = job.metrics().vertex(vertex).loads();
  json::array watermarks;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    watermarks.push_back(json::object{{"id", std::to_string(i) + ".currentInputWatermark"},
                                      {"value", std::to_string(loads[i].watermark)}});
  }
  return watermarks;
}

}  // namespace penstock
