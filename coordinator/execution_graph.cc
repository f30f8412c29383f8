#include "coordinator/execution_graph.h"

#include <fmt/format.h>

namespace penstock {
namespace {

constexpr std::array<std::string_view, kTaskStates> kNames{
    "CREATED",  "SCHEDULED", "DEPLOYING", "INITIALIZING", "RUNNING",
    "FINISHED", "CANCELING", "CANCELED",  "FAILED",       "RECONCILING"};

bool HasEnded(TaskState state) {
  return state == TaskState::kFinished || state == TaskState::kCanceled ||
         state == TaskState::kFailed;
}

}  // namespace

std::string_view ToString(TaskState state) { return kNames[static_cast<std::size_t>(state)]; }

ExecutionGraph::ExecutionGraph(const JobGraph& graph, const Clock& clock) : clock_(clock) {
  Reset(graph);
}

void ExecutionGraph::Reset(const JobGraph& graph) {
  ++changes_;
  first_of_vertex_.clear();
  executions_.clear();
  for (const JobVertex& vertex : graph.vertices) {
    first_of_vertex_.push_back(executions_.size());
    for (std::uint32_t i = 0; i < vertex.parallelism; ++i) {
      executions_.emplace_back().subtask = {vertex.id, i};
    }
  }
  first_of_vertex_.push_back(executions_.size());
}

Execution* ExecutionGraph::FindMutable(SubtaskId subtask) {
  const std::size_t vertex = subtask.vertex.value();
  if (vertex + 1 >= first_of_vertex_.size()) return nullptr;
  const std::size_t position = first_of_vertex_[vertex] + subtask.index;
  return position < first_of_vertex_[vertex + 1] ? &executions_[position] : nullptr;
}

const Execution* ExecutionGraph::Find(SubtaskId subtask) const {
  return const_cast<ExecutionGraph*>(this)->FindMutable(subtask);
}

void ExecutionGraph::Place(SubtaskId subtask, HostId host, WorkerId worker) {
  Execution* execution = FindMutable(subtask);
  if (execution == nullptr) return;
  ++changes_;
  execution->host = host;
  execution->worker = worker;
  execution->start_millis = ToMillis(clock_.Wall());
}

void ExecutionGraph::Change(Execution& execution, TaskState state) {
  if (HasEnded(execution.state)) return;
  ++changes_;
  execution.state = state;
  if (HasEnded(state)) execution.end_millis = ToMillis(clock_.Wall());
}

void ExecutionGraph::SetAll(TaskState state) {
  for (Execution& execution : executions_) Change(execution, state);
}

void ExecutionGraph::SetHost(HostId host, TaskState state) {
  for (Execution& execution : executions_) {
    if (execution.host == host) Change(execution, state);
  }
}

void ExecutionGraph::Set(SubtaskId subtask, TaskState state) {
  if (Execution* execution = FindMutable(subtask)) Change(*execution, state);
}

void ExecutionGraph::SetMetrics(const TaskMetrics& metrics) {
  if (Execution* execution = FindMutable(metrics.subtask)) execution->metrics = metrics;
}

TaskCounts ExecutionGraph::Counts(VertexId vertex) const {
  TaskCounts counts{};
  for (const Execution& execution : executions_) {
    if (execution.subtask.vertex == vertex) ++counts[static_cast<std::size_t>(execution.state)];
  }
  return counts;
}

TaskCounts ExecutionGraph::Counts() const {
  TaskCounts counts{};
  for (const Execution& execution : executions_) {
    ++counts[static_cast<std::size_t>(execution.state)];
  }
  return counts;
}

TaskState ExecutionGraph::Aggregate(const TaskCounts& counts) {
  using enum TaskState;
  const auto has = [&](TaskState state) { return counts[static_cast<std::size_t>(state)] > 0; };
  std::uint32_t total = 0;
  for (const std::uint32_t count : counts) total += count;
  for (const TaskState state : {kFailed, kCanceling, kCanceled}) {
    if (has(state)) return state;
  }
  if (total > 0 && counts[static_cast<std::size_t>(kFinished)] == total) return kFinished;
  for (const TaskState state : {kCreated, kScheduled, kReconciling, kDeploying, kInitializing}) {
    if (has(state)) return state;
  }
  return total > 0 ? kRunning : kCreated;
}

std::string TaskName(const JobGraph& graph, SubtaskId subtask) {
  if (subtask.vertex.value() >= graph.vertices.size()) return "unknown task";
  const JobVertex& vertex = graph.vertex(subtask.vertex);
  return fmt::format("{} ({}/{})", vertex.name, subtask.index + 1, vertex.parallelism);
}

}  // namespace penstock
