#include "coordinator/metrics/prometheus.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "common/config/options.h"
#include "coordinator/metrics/metric_catalog.h"
#include "coordinator/metrics/metric_values.h"

namespace penstock {
namespace {

using Labels = PrometheusText::Labels;

/// What is shown besides jobs, workers and the coordinator.
struct Detail {
  bool vertices = false;
  bool operators = false;
  bool subtasks = false;
};

constexpr std::size_t kSeriesOfTask = 24;  // at most, like the next
constexpr std::size_t kSeriesOfOperator = 4;

bool IsLive(const JobMaster& job) { return !IsTerminal(job.state()); }

/// How much detail fits beside `used` series.
Detail Fit(const Dispatcher& dispatcher, std::size_t used, std::size_t limit) {
  std::size_t vertices = 0;
  std::size_t operators = 0;
  std::size_t subtasks = 0;
  for (const JobMaster* job : dispatcher.jobs()) {
    if (!IsLive(*job)) continue;
    vertices += job->graph().edges.size() * 2 + job->graph().vertices.size() * kSeriesOfTask;
    for (const JobVertex& vertex : job->graph().vertices) {
      operators += vertex.operators.size() * kSeriesOfOperator;
      subtasks += vertex.parallelism * kSeriesOfTask;
    }
  }
  Detail detail;
  detail.vertices = used + vertices <= limit;
  detail.operators = detail.vertices && used + vertices + operators <= limit;
  detail.subtasks = detail.operators && used + vertices + operators + subtasks <= limit;
  return detail;
}

Labels With(Labels labels, std::string_view name, std::string value) {
  labels.emplace_back(name, std::move(value));
  return labels;
}

/// Nothing when there is no such time.
bool IsNoTime(std::string_view name, double value) {
  return name == "currentInputWatermark" && std::abs(value) > 9e18;
}

void Add(PrometheusText& text, const MetricSpec& metric, std::string_view scope,
         const Labels& labels, double value) {
  if (metric.prometheus.empty() || IsNoTime(metric.name, value)) return;
  text.Add(fmt::format("penstock_{}_{}", scope, metric.prometheus), metric.kind, metric.description,
           labels, value * metric.factor);
}

void AddAll(PrometheusText& text, MetricScope scope, std::string_view shown_scope,
            const Labels& labels, const MetricValues& values) {
  for (const MetricSpec& metric : AllMetrics()) {
    if (metric.scope != scope) continue;
    const auto value = values.find(std::string(metric.name));
    if (value != values.end()) Add(text, metric, shown_scope, labels, value->second);
  }
}

double Combine(MetricTotal how, double a, double b) {
  switch (how) {
    case MetricTotal::kSum: return a + b;
    case MetricTotal::kLeast: return std::min(a, b);
    case MetricTotal::kGreatest: return std::max(a, b);
  }
  return a;
}

void Take(MetricValues& totals, const std::string& name, double value, MetricTotal how) {
  const auto [found, fresh] = totals.emplace(name, value);
  if (!fresh) found->second = Combine(how, found->second, value);
}

/// A function's own counters, and all others that are not in the catalog, share a name.
void AddOperatorCounter(PrometheusText& text, const Labels& labels, const std::string& name,
                        double value) {
  const std::size_t dot = name.rfind('.');
  const std::string counter = name.substr(dot + 1);
  const Labels of_operator = With(labels, "operator", name.substr(0, dot));
  if (const MetricSpec* metric = FindMetric(MetricScope::kOperator, counter)) {
    return Add(text, *metric, "operator", of_operator, value);
  }
  if (counter.ends_with("PerSecond")) return;
  text.Add("penstock_operator_user_total", PrometheusText::Kind::kCounter,
           "Counters that functions and connectors keep, by name.",
           With(of_operator, "name", counter), value);
}

void AddVertex(PrometheusText& text, const JobMaster& job, const JobVertex& vertex,
               const Labels& of_job, Detail detail) {
  const Labels labels = With(With(of_job, "vertex", vertex.name), "vertex_id", ToString(vertex.id));
  const VertexMetrics& metrics = job.metrics().vertex(vertex.id);
  MetricValues totals;
  for (std::uint32_t i = 0; i < metrics.parallelism(); ++i) {
    const MetricValues values = ValuesOfSubtask(metrics, i);
    for (const auto& [name, value] : values) {
      const MetricSpec* metric = FindMetric(MetricScope::kTask, name);
      Take(totals, name, value, metric == nullptr ? MetricTotal::kSum : metric->total);
    }
    if (!detail.subtasks) continue;
    AddAll(text, MetricScope::kTask, "subtask", With(labels, "subtask", std::to_string(i)), values);
  }
  AddAll(text, MetricScope::kTask, "vertex", labels, totals);
  for (const auto& [name, value] : totals) {
    if (detail.operators && name.find('.') != std::string::npos) {
      AddOperatorCounter(text, labels, name, value);
    }
  }
}

void AddEdges(PrometheusText& text, const JobMaster& job, const Labels& of_job) {
  const auto& edges = job.graph().edges;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const EdgeMetrics total = job.metrics().EdgeTotal(i);
    const Labels labels = With(With(With(of_job, "edge", std::to_string(i)), "source",
                                    job.graph().vertex(edges[i].from).name),
                               "target", job.graph().vertex(edges[i].to).name);
    text.Add("penstock_edge_records_total", PrometheusText::Kind::kCounter,
             "Records sent along an edge of the graph.", labels,
             static_cast<double>(total.records));
    text.Add("penstock_edge_bytes_total", PrometheusText::Kind::kCounter,
             "Bytes of the records sent along an edge of the graph.", labels,
             static_cast<double>(total.bytes));
  }
}

void AddCheckpoints(PrometheusText& text, const JobMaster& job, const Labels& labels) {
  const CheckpointHistograms& seen = job.checkpoints().statistics().histograms();
  const auto phase = [&](const char* name, const Histogram& histogram) {
    text.Add("penstock_job_checkpoint_phase_seconds",
             "How long a phase of a completed checkpoint took at one task.",
             With(labels, "phase", name), histogram);
  };
  phase("start-delay", seen.start_delay());
  phase("alignment", seen.alignment());
  phase("sync", seen.synchronous());
  phase("async", seen.asynchronous());
  text.Add("penstock_job_checkpoint_duration_seconds",
           "How long a completed checkpoint took, end to end.", labels, seen.duration());
  text.Add("penstock_job_checkpoint_size_bytes", "Bytes written for a completed checkpoint.",
           labels, seen.bytes());
}

Labels LabelsOf(const JobMaster& job) {
  return {{"job_id", ToString(job.spec().id)}, {"job_name", job.spec().name}};
}

void AddJob(PrometheusText& text, const JobMaster& job, std::int64_t now) {
  const Labels labels = LabelsOf(job);
  text.Add("penstock_job_state", PrometheusText::Kind::kGauge, "1 for the state that a job is in.",
           With(labels, "state", std::string(ToString(job.state()))), 1);
  if (!IsLive(job)) return;
  AddAll(text, MetricScope::kJob, "job", labels, ValuesOfJob(job, now));
  AddCheckpoints(text, job, labels);
}

}  // namespace

std::string RenderCluster(const Dispatcher& dispatcher, std::int64_t now) {
  PrometheusText text;
  AddAll(text, MetricScope::kCoordinator, "coordinator", {}, ValuesOfCoordinator(dispatcher));
  for (const auto& [id, worker] : dispatcher.slots().workers()) {
    const Labels labels{{"worker", ToString(id)}, {"host", worker.registration.address}};
    AddAll(text, MetricScope::kWorker, "worker", labels, ValuesOfWorker(dispatcher, worker));
  }
  for (const JobMaster* job : dispatcher.jobs()) AddJob(text, *job, now);
  const auto limit =
      static_cast<std::size_t>(dispatcher.config().Get(options::kPrometheusMaxSeries));
  const Detail detail = Fit(dispatcher, text.series(), limit);
  for (const JobMaster* job : dispatcher.jobs()) {
    if (!detail.vertices || !IsLive(*job)) continue;
    const Labels labels = LabelsOf(*job);
    for (const JobVertex& vertex : job->graph().vertices) {
      AddVertex(text, *job, vertex, labels, detail);
    }
    AddEdges(text, *job, labels);
  }
  return text.Take();
}

}  // namespace penstock
