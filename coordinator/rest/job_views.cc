#include "coordinator/rest/job_views.h"

#include <algorithm>

#include <fmt/format.h>

#include "checkpoint/stored_checkpoint.h"
#include "common/checksum.h"
#include "coordinator/rest/live_views.h"
#include "coordinator/rest/view_parts.h"

namespace penstock {
namespace {

namespace json = boost::json;

std::int64_t DurationOf(const JobMaster& job, std::int64_t now) {
  const JobProgress& progress = job.progress();
  return (progress.end_millis != 0 ? progress.end_millis : now) - progress.submitted_millis;
}

std::string InSeconds(Clock::Duration duration) {
  return fmt::format("{} s", std::chrono::duration<double>(duration).count());
}

/// 32 hex digits that are the same for vertices that share slots.
std::string SlotGroupId(const JobVertex& vertex) {
  return HexIdToString(0, Checksum(vertex.slot_sharing_group));
}

json::object VertexOverview(const JobMaster& job, const JobVertex& vertex, std::int64_t now) {
  const auto executions = PointersTo(job.executions().Of(vertex.id));
  const TaskCounts counts = job.executions().Counts(vertex.id);
  const ExecutionSpan span = SpanOf(executions, now);
  return {{"id", VertexIdText(vertex.id)},
          {"slotSharingGroupId", SlotGroupId(vertex)},
          {"name", vertex.name},
          {"maxParallelism", vertex.max_parallelism},
          {"parallelism", vertex.parallelism},
          {"status", ToString(ExecutionGraph::Aggregate(counts))},
          {"start-time", span.start},
          {"end-time", span.end},
          {"duration", span.duration},
          {"tasks", CountsOf(counts)},
          {"metrics", TotalsOf(job, vertex.id)},
          {"live", LiveOf(job, vertex.id, now)}};
}

/// Ours: what has become of the newest rescale; null when there was none.
json::value RescaleOf(const JobMaster& job) {
  const auto& rescale = job.rescale();
  if (!rescale) return nullptr;
  return json::object{{"parallelism", rescale->parallelism},
                      {"status", ToString(rescale->status)},
                      {"reason", rescale->reason}};
}

std::string RestartStrategyText(const JobMaster& job) {
  const RestartOptions& restart = job.options().restart;
  switch (restart.strategy) {
    case RestartStrategy::kExponentialDelay:
      return fmt::format("exponential delay from {} to {}", InSeconds(restart.initial_backoff),
                         InSeconds(restart.max_backoff));
    case RestartStrategy::kFixedDelay:
      return fmt::format("{} restarts with a delay of {}", restart.fixed_attempts,
                         InSeconds(restart.fixed_delay));
    case RestartStrategy::kNone: break;
  }
  return "no restarts";
}

const char* ApplicationStatus(JobState state) {
  switch (state) {
    case JobState::kFinished: return "SUCCEEDED";
    case JobState::kCanceled: return "CANCELED";
    case JobState::kFailed: return "FAILED";
    default: return "UNKNOWN";
  }
}

std::string ReasonOf(const JobMaster& job, const std::string& waiting) {
  if (!waiting.empty()) return waiting;
  if (job.state() == JobState::kRestarting && !job.progress().failures.empty()) {
    return "after: " + job.progress().failures.front().message;
  }
  return "";
}

}  // namespace

std::string VertexIdText(VertexId vertex) { return HexIdToString(0, vertex.value() + 1ULL); }

Result<VertexId> ParseVertexId(const JobGraph& graph, const std::string& text) {
  PENSTOCK_ASSIGN_OR_RETURN(const auto parts, ParseHexId(text));
  if (parts.first == 0 && parts.second > 0 && parts.second <= graph.vertices.size()) {
    return VertexId(static_cast<std::uint32_t>(parts.second - 1));
  }
  return Status::NotFound("the job has no vertex " + text);
}

json::object JobOverview(const JobMaster& job, const std::string& waiting, std::int64_t now) {
  const JobProgress& progress = job.progress();
  return {{"jid", ToString(job.spec().id)},
          {"name", job.spec().name},
          {"start-time", progress.submitted_millis},
          {"end-time", progress.end_millis != 0 ? progress.end_millis : -1},
          {"duration", DurationOf(job, now)},
          {"state", ToString(job.state())},
          {"status-reason", ReasonOf(job, waiting)},
          {"last-modification", job.last_change_millis()},
          {"restarts", progress.restarts},
          {"job-type", "STREAMING"},
          {"pending-operators", 0},
          {"tasks", LowerCountsOf(job.executions().Counts())}};
}

json::object JobDetail(const JobMaster& job, const std::string& waiting, std::int64_t now) {
  json::object detail = JobOverview(job, waiting, now);
  json::object timestamps;
  for (int i = 0; i < kJobStates; ++i) {
    timestamps[ToString(static_cast<JobState>(i))] =
        job.progress().entered[static_cast<std::size_t>(i)];
  }
  json::array vertices;
  std::uint32_t max_parallelism = 1;
  for (const JobVertex& vertex : job.graph().vertices) {
    vertices.push_back(VertexOverview(job, vertex, now));
    max_parallelism = std::max(max_parallelism, vertex.max_parallelism);
  }
  detail.erase("tasks");
  detail["isStoppable"] = job.CheckStop({}).ok();
  if (!job.progress().savepoint.empty()) detail["savepoint"] = ToFileUri(job.progress().savepoint);
  detail["maxParallelism"] = max_parallelism;
  detail["now"] = now;
  detail["generation"] = job.progress().generation.value();
  detail["guarantee"] = job.graph().guarantee;
  detail["rescale"] = RescaleOf(job);
  detail["timestamps"] = std::move(timestamps);
  detail["vertices"] = std::move(vertices);
  detail["edges"] = EdgesOf(job);
  detail["bottleneck"] = BottleneckOf(job);
  detail["status-counts"] = CountsOf(job.executions().Counts());
  detail["plan"] = PlanOf(job.graph(), ToString(job.spec().id));
  return detail;
}

json::object PlanOf(const JobGraph& graph, const std::string& id) {
  json::array nodes;
  for (const JobVertex& vertex : graph.vertices) {
    json::array inputs;
    for (const JobEdge& edge : graph.edges) {
      if (edge.to != vertex.id) continue;
      inputs.push_back(json::object{{"num", inputs.size()},
                                    {"id", VertexIdText(edge.from)},
                                    {"ship_strategy", ToString(edge.distribution)},
                                    {"exchange", "pipelined_bounded"}});
    }
    json::object node{{"id", VertexIdText(vertex.id)},
                      {"parallelism", vertex.parallelism},
                      {"operator", ""},
                      {"operator_strategy", ""},
                      {"description", vertex.name},
                      {"optimizer_properties", json::object()}};
    if (!inputs.empty()) node["inputs"] = std::move(inputs);
    nodes.push_back(std::move(node));
  }
  return {{"jid", id}, {"name", graph.name}, {"type", "STREAMING"}, {"nodes", std::move(nodes)}};
}

json::object JobPlan(const JobMaster& job) {
  return {{"plan", PlanOf(job.graph(), ToString(job.spec().id))}};
}

json::object JobConfig(const JobMaster& job) {
  json::object user;
  for (const auto& [key, value] : job.spec().arguments) user[key] = value;
  json::object configuration;
  for (const auto& [key, value] : job.spec().configuration) configuration[key] = value;
  return {{"jid", ToString(job.spec().id)},
          {"name", job.spec().name},
          {"execution-config", json::object{{"execution-mode", "PIPELINED"},
                                            {"restart-strategy", RestartStrategyText(job)},
                                            {"job-parallelism", job.graph().slots()},
                                            {"object-reuse-mode", true},
                                            {"user-config", std::move(user)}}},
          {"configuration", std::move(configuration)}};
}

json::object JobExecutionResult(const JobMaster& job) {
  const JobProgress& progress = job.progress();
  if (!IsTerminal(job.state())) return {{"status", json::object{{"id", "IN_PROGRESS"}}}};
  json::object result{{"id", ToString(job.spec().id)},
                      {"application-status", ApplicationStatus(job.state())},
                      {"accumulator-results", json::object()},
                      {"net-runtime", progress.end_millis - progress.submitted_millis}};
  if (job.state() == JobState::kFailed && !progress.failures.empty()) {
    const JobFailure& failure = progress.failures.front();
    result["failure-cause"] = json::object{{"class", "failed"},
                                           {"stack-trace", failure.message},
                                           {"code", "failed"},
                                           {"message", failure.message},
                                           {"hint", failure.hint}};
  }
  return {{"status", json::object{{"id", "COMPLETED"}}},
          {"job-execution-result", std::move(result)}};
}

}  // namespace penstock
