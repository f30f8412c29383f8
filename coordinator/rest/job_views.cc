#include "coordinator/rest/job_views.h"

#include <algorithm>

#include <fmt/format.h>

#include "checkpoint/stored_checkpoint.h"
#include "common/logging.h"
#include "coordinator/rest/live_views.h"

namespace penstock {
namespace {

namespace json = boost::json;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower;
}

json::object CountsOf(const TaskCounts& counts, bool lower_case) {
  json::object object;
  std::uint32_t total = 0;
  for (int i = 0; i < kTaskStates; ++i) {
    const std::string_view name = ToString(static_cast<TaskState>(i));
    const std::uint32_t count = counts[static_cast<std::size_t>(i)];
    object[lower_case ? Lower(name) : std::string(name)] = count;
    total += count;
  }
  if (lower_case) object["total"] = total;
  return object;
}

std::int64_t DurationOf(const JobMaster& job, std::int64_t now) {
  const JobProgress& progress = job.progress();
  return (progress.end_millis != 0 ? progress.end_millis : now) - progress.submitted_millis;
}

std::uint64_t Counter(const Execution& execution, const std::string& name) {
  const auto found = execution.metrics.counters.find(name);
  return found == execution.metrics.counters.end() ? 0 : found->second;
}

json::object MetricsOf(const std::vector<const Execution*>& executions) {
  const auto sum = [&](const char* name) {
    std::uint64_t total = 0;
    for (const Execution* execution : executions) total += Counter(*execution, name);
    return total;
  };
  return {{"read-bytes", sum("numBytesIn")},
          {"read-bytes-complete", true},
          {"write-bytes", sum("numBytesOut")},
          {"write-bytes-complete", true},
          {"read-records", sum("numRecordsIn")},
          {"read-records-complete", true},
          {"write-records", sum("numRecordsOut")},
          {"write-records-complete", true},
          {"accumulated-backpressured-time", sum("backPressuredTimeMs")},
          {"accumulated-idle-time", sum("idleTimeMs")},
          {"accumulated-busy-time", sum("busyTimeMs")}};
}

std::vector<const Execution*> ExecutionsOf(const JobMaster& job, VertexId vertex) {
  std::vector<const Execution*> executions;
  for (const Execution& execution : job.executions().executions()) {
    if (execution.subtask.vertex == vertex) executions.push_back(&execution);
  }
  return executions;
}

struct Span {
  std::int64_t start = -1;
  std::int64_t end = -1;
  std::int64_t duration = -1;
};

Span SpanOf(const std::vector<const Execution*>& executions, std::int64_t now) {
  Span span;
  bool ended = true;
  for (const Execution* execution : executions) {
    if (execution->start_millis == 0) return {};
    span.start =
        span.start < 0 ? execution->start_millis : std::min(span.start, execution->start_millis);
    span.end = std::max(span.end, execution->end_millis);
    ended = ended && execution->end_millis != 0;
  }
  if (!ended) span.end = -1;
  span.duration = (ended ? span.end : now) - span.start;
  return span;
}

json::object VertexOverview(const JobMaster& job, const JobVertex& vertex, std::int64_t now) {
  const auto executions = ExecutionsOf(job, vertex.id);
  const TaskCounts counts = job.executions().Counts(vertex.id);
  const Span span = SpanOf(executions, now);
  return {{"id", VertexIdText(vertex.id)},
          {"name", vertex.name},
          {"maxParallelism", vertex.max_parallelism},
          {"parallelism", vertex.parallelism},
          {"status", ToString(ExecutionGraph::Aggregate(counts))},
          {"start-time", span.start},
          {"end-time", span.end},
          {"duration", span.duration},
          {"tasks", CountsOf(counts, false)},
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
          {"tasks", CountsOf(job.executions().Counts(), true)}};
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
  detail["status-counts"] = CountsOf(job.executions().Counts(), false);
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
          {"execution-config", json::object{{"job-parallelism", job.graph().slots()},
                                            {"object-reuse-mode", true},
                                            {"user-config", std::move(user)}}},
          {"configuration", std::move(configuration)}};
}

json::object JobExceptions(const JobMaster& job) {
  const auto& failures = job.progress().failures;
  json::array entries;
  json::array all;
  for (const JobFailure& failure : failures) {
    json::array followed;
    for (const std::string& message : failure.followed_by) {
      followed.push_back(json::object{
          {"exceptionName", message}, {"stacktrace", message}, {"timestamp", failure.wall_millis}});
    }
    json::object entry{
        {"exceptionName", failure.message},
        {"stacktrace",
         failure.stack.empty() ? failure.message : failure.message + "\n" + failure.stack},
        {"hint", failure.hint},
        {"timestamp", failure.wall_millis},
        {"failureLabels", json::object()},
        {"concurrentExceptions", std::move(followed)}};
    entry["taskName"] = failure.task.empty() ? json::value() : json::value(failure.task);
    entry["taskManagerId"] = failure.worker.empty() ? json::value() : json::value(failure.worker);
    all.push_back(json::object{{"exception", failure.message},
                               {"task", failure.task},
                               {"location", failure.worker},
                               {"timestamp", failure.wall_millis}});
    entries.push_back(std::move(entry));
  }
  json::object exceptions{
      {"all-exceptions", std::move(all)},
      {"truncated", failures.size() == JobProgress::kFailures},
      {"exceptionHistory", json::object{{"entries", std::move(entries)},
                                        {"truncated", failures.size() == JobProgress::kFailures}}}};
  exceptions["root-exception"] =
      failures.empty() ? json::value() : json::value(failures.front().message);
  exceptions["timestamp"] =
      failures.empty() ? json::value() : json::value(failures.front().wall_millis);
  return exceptions;
}

json::object VertexDetail(const JobMaster& job, VertexId vertex, std::int64_t now) {
  const JobVertex& described = job.graph().vertex(vertex);
  json::array subtasks;
  for (const Execution* execution : ExecutionsOf(job, vertex)) {
    const Span span = SpanOf({execution}, now);
    subtasks.push_back(json::object{{"subtask", execution->subtask.index},
                                    {"status", ToString(execution->state)},
                                    {"attempt", job.progress().restarts},
                                    {"taskmanager-id", ToString(execution->worker)},
                                    {"start-time", span.start},
                                    {"end-time", span.end},
                                    {"duration", span.duration},
                                    {"watermark", execution->metrics.watermark},
                                    {"metrics", MetricsOf({execution})}});
  }
  return {{"id", VertexIdText(vertex)},
          {"name", described.name},
          {"parallelism", described.parallelism},
          {"maxParallelism", described.max_parallelism},
          {"now", now},
          {"subtasks", std::move(subtasks)}};
}

json::object JobEvents(const JobMaster& job, std::uint64_t since) {
  json::array events;
  for (const JobEventLine& line : job.events().lines()) {
    if (line.id <= since) continue;
    const char* level = line.level == LogLevel::kError  ? "ERROR"
                        : line.level == LogLevel::kWarn ? "WARN"
                                                        : "INFO";
    events.push_back(json::object{{"id", line.id},
                                  {"timestamp", line.wall_millis},
                                  {"level", level},
                                  {"kind", ToString(line.kind)},
                                  {"message", line.text}});
  }
  return {{"events", std::move(events)},
          {"last", job.events().last()},
          {"state", ToString(job.state())}};
}

std::string JobLogText(const JobMaster& job) {
  const auto time = [](std::int64_t millis) {
    return FormatTime(Clock::WallTime(std::chrono::milliseconds(millis)));
  };
  std::string text;
  for (const JobEventLine& line : job.events().lines()) {
    text += fmt::format("{} {}\n", time(line.wall_millis), line.text);
  }
  for (const HostLog& log : job.host_logs()) {
    text += fmt::format("\n{} task host {} of generation {} on worker {}: {}\n{}\n",
                        time(log.wall_millis), ToString(log.host), ToString(log.generation),
                        ToString(log.worker), log.description, log.tail);
  }
  return text;
}

}  // namespace penstock
