#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "bench/rest/suite.h"
#include "coordinator/job_master.h"
#include "coordinator/rest/job_views.h"

namespace penstock::bench {
namespace {

constexpr std::uint32_t kVertices = 10;
constexpr std::uint32_t kParallelism = 256;
constexpr WorkerId kWorker{1, 1};

/// A chain of vertices, each connected to the next by key.
JobGraph LongGraph() {
  JobGraph graph;
  graph.name = "wide";
  graph.guarantee = "exactly-once";
  for (std::uint32_t i = 0; i < kVertices; ++i) {
    JobVertex vertex;
    vertex.id = VertexId(i);
    vertex.name = fmt::format("step {}", i);
    vertex.parallelism = kParallelism;
    GraphOperator op;
    op.name = vertex.name;
    op.uid = vertex.name;
    op.kind = i == 0 ? "source" : i + 1 == kVertices ? "sink" : "operator";
    vertex.operators = {op};
    graph.vertices.push_back(std::move(vertex));
    if (i > 0) {
      graph.edges.push_back({.from = VertexId(i - 1),
                             .to = VertexId(i),
                             .distribution = EdgeDistribution::kHash,
                             .record = {},
                             .key = {}});
    }
  }
  return graph;
}

TaskMetrics MetricsOf(SubtaskId subtask) {
  TaskMetrics metrics;
  metrics.subtask = subtask;
  for (const char* name : {"numBytesIn", "numBytesOut", "numRecordsIn", "numRecordsOut",
                           "backPressuredTimeMs", "idleTimeMs", "busyTimeMs"}) {
    metrics.counters[name] = 1000 + subtask.index;
  }
  metrics.watermark = 1'700'000'000'000;
  return metrics;
}

/// Runs on one worker, in one host, and has heard all metrics.
std::unique_ptr<JobMaster> RunningJob(const JobGraph& graph) {
  JobSpec spec;
  spec.id = JobId(7, 7);
  spec.name = "wide";
  auto job = std::make_unique<JobMaster>(spec, graph, JobMasterOptions{}, JobProgress{},
                                         SystemClock::Instance(),
                                         [n = std::uint64_t{100}]() mutable { return n++; });
  job->Step(StartJob{});
  job->Step(SlotsGranted{std::vector<WorkerId>(kParallelism, kWorker)});
  AttemptPrepared prepared;
  prepared.generation = job->progress().generation;
  HostId host;
  for (const JobEffect& effect : job->Step(prepared)) {
    const auto* send = std::get_if<SendCommand>(&effect);
    const auto* start = send != nullptr ? std::get_if<StartHost>(&send->command) : nullptr;
    if (start != nullptr) host = start->host;
  }
  HostMetrics metrics;
  for (const Execution& execution : job->executions().executions()) {
    metrics.tasks.push_back(MetricsOf(execution.subtask));
  }
  for (const HostEvent& event :
       {HostEvent(HostReady{"tcp://127.0.0.1:1"}), HostEvent(HostDeployed{}), HostEvent(metrics)}) {
    job->Step(HostMessage{kWorker, host, event});
  }
  return job;
}

}  // namespace

void MeasureJobDetail(Report& report) {
  if (!report.Begin("views")) return;
  const auto job = RunningJob(LongGraph());
  if (job->state() != JobState::kRunning) return report.Fail("job detail", "the job does not run");
  std::vector<double> millis;
  std::size_t bytes = 0;
  for (int i = 0; i < 51; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    bytes = boost::json::serialize(JobDetail(*job, "", ToMillis(SystemClock::Instance().Wall())))
                .size();
    const std::chrono::duration<double, std::milli> spent =
        std::chrono::steady_clock::now() - begin;
    millis.push_back(spent.count());
  }
  std::sort(millis.begin(), millis.end());
  const std::string name =
      fmt::format("job detail, {} subtasks, {} KiB", kVertices * kParallelism, bytes >> 10);
  report.Add(name + ", median", millis[25], "ms", std::nullopt, AtMost(50));
  report.Add(name + ", worst of 51", millis.back(), "ms", std::nullopt, AtMost(50));
}

}  // namespace penstock::bench
