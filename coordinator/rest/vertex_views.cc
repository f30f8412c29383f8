#include "coordinator/rest/vertex_views.h"

#include <limits>

#include <fmt/format.h>

#include "coordinator/rest/job_views.h"
#include "coordinator/rest/view_parts.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr std::int64_t kNoWatermark = std::numeric_limits<std::int64_t>::min();

json::object Named(const JobMaster& job, VertexId vertex, std::int64_t now) {
  return {{"id", VertexIdText(vertex)}, {"name", job.graph().vertex(vertex).name}, {"now", now}};
}

json::object WorkerPart(const SlotPool& slots, WorkerId worker,
                        const std::vector<const Execution*>& executions, std::int64_t now) {
  TaskCounts counts{};
  for (const Execution* execution : executions) {
    ++counts[static_cast<std::size_t>(execution->state)];
  }
  const ExecutionSpan span = SpanOf(executions, now);
  const std::string endpoint = worker.is_none() ? "(unassigned)" : EndpointOf(slots, worker);
  return {{"endpoint", endpoint},
          {"host", endpoint},
          {"taskmanager-id", worker.is_none() ? "(unassigned)" : ToString(worker)},
          {"status", ToString(ExecutionGraph::Aggregate(counts))},
          {"start-time", span.start},
          {"end-time", span.end},
          {"duration", span.duration},
          {"metrics", IoMetricsOf(executions)},
          {"status-counts", CountsOf(counts)},
          {"aggregated", AggregatedOf(executions, now)}};
}

json::object TimelineEntry(const Execution& execution, std::uint64_t attempt, std::int64_t now) {
  const ExecutionSpan span = SpanOf(execution, now);
  json::object timestamps;
  for (int i = 0; i < kTaskStates; ++i) {
    const std::int64_t entered = execution.entered[static_cast<std::size_t>(i)];
    if (entered != 0) timestamps[ToString(static_cast<TaskState>(i))] = entered;
  }
  return {{"subtask", execution.subtask.index},
          {"attempt", attempt},
          {"status", ToString(execution.state)},
          {"taskmanager-id", WorkerText(execution.worker)},
          {"start-time", span.start},
          {"end-time", span.end},
          {"duration", span.duration},
          {"timestamps", std::move(timestamps)}};
}

}  // namespace

json::object VertexDetail(const JobMaster& job, const SlotPool& slots, VertexId vertex,
                          std::int64_t now) {
  json::object detail = Named(job, vertex, now);
  detail["parallelism"] = job.graph().vertex(vertex).parallelism;
  detail["maxParallelism"] = job.graph().vertex(vertex).max_parallelism;
  json::array subtasks;
  for (const Execution& execution : job.executions().Of(vertex)) {
    subtasks.push_back(SubtaskDetail({&execution, job.executions().attempt()}, slots, now));
  }
  detail["subtasks"] = std::move(subtasks);
  detail["aggregated"] = AggregatedOf(PointersTo(job.executions().Of(vertex)), now);
  return detail;
}

json::object VertexSubtaskTimes(const JobMaster& job, const SlotPool& slots, VertexId vertex,
                                std::int64_t now) {
  json::array subtasks;
  for (const Execution& execution : job.executions().Of(vertex)) {
    json::object timestamps;
    for (int i = 0; i < kTaskStates; ++i) {
      timestamps[ToString(static_cast<TaskState>(i))] =
          execution.entered[static_cast<std::size_t>(i)];
    }
    const std::string endpoint = EndpointOf(slots, execution.worker);
    subtasks.push_back(json::object{{"subtask", execution.subtask.index},
                                    {"endpoint", endpoint},
                                    {"host", endpoint},
                                    {"duration", SpanOf(execution, now).duration},
                                    {"timestamps", std::move(timestamps)}});
  }
  json::object times = Named(job, vertex, now);
  times["subtasks"] = std::move(subtasks);
  return times;
}

json::object VertexWorkers(const JobMaster& job, const SlotPool& slots, VertexId vertex,
                           std::int64_t now) {
  std::map<WorkerId, std::vector<const Execution*>> by_worker;
  for (const Execution& execution : job.executions().Of(vertex)) {
    by_worker[execution.worker].push_back(&execution);
  }
  json::array workers;
  for (const auto& [worker, executions] : by_worker) {
    workers.push_back(WorkerPart(slots, worker, executions, now));
  }
  json::object answer = Named(job, vertex, now);
  answer["taskmanagers"] = std::move(workers);
  return answer;
}

Result<SubtaskAttempt> FindAttempt(const JobMaster& job, SubtaskId subtask,
                                   std::optional<std::uint64_t> number) {
  const ExecutionGraph& executions = job.executions();
  if (!number || *number == executions.attempt()) {
    const Execution* execution = executions.Find(subtask);
    if (execution != nullptr) return SubtaskAttempt{execution, executions.attempt()};
    return Status::NotFound(
        fmt::format("the task has no subtask {}", subtask.index),
        fmt::format("subtasks are 0 to {}", job.graph().vertex(subtask.vertex).parallelism - 1));
  }
  for (const ExecutionAttempt& attempt : executions.earlier()) {
    if (attempt.number != *number) continue;
    for (const Execution& execution : attempt.executions) {
      if (execution.subtask == subtask) return SubtaskAttempt{&execution, attempt.number};
    }
  }
  return Status::NotFound(
      fmt::format("nothing is known of attempt {} at subtask {}", *number, subtask.index),
      fmt::format("the newest is {}; old ones, and those before the coordinator started, are "
                  "forgotten",
                  executions.attempt()));
}

json::object SubtaskDetail(const SubtaskAttempt& attempt, const SlotPool& slots, std::int64_t now) {
  const Execution& execution = *attempt.execution;
  const ExecutionSpan span = SpanOf(execution, now);
  const std::string endpoint = EndpointOf(slots, execution.worker);
  const Execution* one[] = {&execution};
  const std::int64_t watermark = execution.metrics.watermark;
  return {{"subtask", execution.subtask.index},
          {"status", ToString(execution.state)},
          {"attempt", attempt.number},
          {"endpoint", endpoint},
          {"host", endpoint},
          {"taskmanager-id", WorkerText(execution.worker)},
          {"start-time", span.start},
          {"start_time", span.start},
          {"end-time", span.end},
          {"duration", span.duration},
          {"metrics", IoMetricsOf(one)},
          {"watermark", watermark == kNoWatermark ? json::value() : json::value(watermark)},
          {"status-duration", StatusDurationOf(execution, now)}};
}

json::object JobTimeline(const JobMaster& job, std::optional<VertexId> only, std::int64_t now) {
  const ExecutionGraph& executions = job.executions();
  json::array vertices;
  for (const JobVertex& vertex : job.graph().vertices) {
    if (only && vertex.id != *only) continue;
    json::array subtasks;
    for (const ExecutionAttempt& attempt : executions.earlier()) {
      for (const Execution& execution : attempt.executions) {
        if (execution.subtask.vertex != vertex.id) continue;
        subtasks.push_back(TimelineEntry(execution, attempt.number, now));
      }
    }
    for (const Execution& execution : executions.Of(vertex.id)) {
      subtasks.push_back(TimelineEntry(execution, executions.attempt(), now));
    }
    vertices.push_back(json::object{{"id", VertexIdText(vertex.id)},
                                    {"name", vertex.name},
                                    {"parallelism", vertex.parallelism},
                                    {"subtasks", std::move(subtasks)}});
  }
  return {{"now", now}, {"truncated", executions.forgotten()}, {"vertices", std::move(vertices)}};
}

}  // namespace penstock
