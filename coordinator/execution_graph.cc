#include "coordinator/execution_graph.h"

#include <algorithm>

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
  Reset(graph, 0);
}

void ExecutionGraph::Reset(const JobGraph& graph, std::uint64_t attempt) {
  ++changes_;
  Remember();
  first_of_vertex_.clear();
  current_ = {attempt, {}};
  const std::int64_t now = ToMillis(clock_.Wall());
  for (const JobVertex& vertex : graph.vertices) {
    first_of_vertex_.push_back(current_.executions.size());
    for (std::uint32_t i = 0; i < vertex.parallelism; ++i) {
      Execution& execution = current_.executions.emplace_back();
      execution.subtask = {vertex.id, i};
      execution.entered[static_cast<std::size_t>(TaskState::kCreated)] = now;
    }
  }
  first_of_vertex_.push_back(current_.executions.size());
}

void ExecutionGraph::Remember() {
  const auto begun = [](const Execution& execution) { return execution.start_millis != 0; };
  if (std::none_of(current_.executions.begin(), current_.executions.end(), begun)) return;
  earlier_.push_back(std::move(current_));
  std::size_t remembered = 0;
  for (const ExecutionAttempt& attempt : earlier_) remembered += attempt.executions.size();
  while (earlier_.size() > 1 && remembered > kRemembered) {
    remembered -= earlier_.front().executions.size();
    earlier_.pop_front();
    forgotten_ = true;
  }
}

void ExecutionGraph::Ended(TaskState state, std::uint64_t attempt, std::int64_t end_millis) {
  current_.number = attempt;
  for (Execution& execution : current_.executions) {
    execution.state = state;
    execution.end_millis = end_millis;
    execution.entered = {};
    execution.entered[static_cast<std::size_t>(state)] = end_millis;
  }
}

Execution* ExecutionGraph::FindMutable(SubtaskId subtask) {
  const std::size_t vertex = subtask.vertex.value();
  if (vertex + 1 >= first_of_vertex_.size()) return nullptr;
  const std::size_t position = first_of_vertex_[vertex] + subtask.index;
  return position < first_of_vertex_[vertex + 1] ? &current_.executions[position] : nullptr;
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
  if (HasEnded(execution.state) || execution.state == state) return;
  ++changes_;
  const std::int64_t now = ToMillis(clock_.Wall());
  execution.state = state;
  execution.entered[static_cast<std::size_t>(state)] = now;
  if (HasEnded(state)) execution.end_millis = now;
}

void ExecutionGraph::SetAll(TaskState state) {
  for (Execution& execution : current_.executions) Change(execution, state);
}

void ExecutionGraph::SetHost(HostId host, TaskState state) {
  for (Execution& execution : current_.executions) {
    if (execution.host == host) Change(execution, state);
  }
}

void ExecutionGraph::Set(SubtaskId subtask, TaskState state) {
  if (Execution* execution = FindMutable(subtask)) Change(*execution, state);
}

void ExecutionGraph::SetMetrics(const TaskMetrics& metrics) {
  if (Execution* execution = FindMutable(metrics.subtask)) execution->metrics = metrics;
}

std::span<const Execution> ExecutionGraph::Of(VertexId vertex) const {
  if (vertex.value() + 1 >= first_of_vertex_.size()) return {};
  const std::size_t first = first_of_vertex_[vertex.value()];
  return std::span(current_.executions)
      .subspan(first, first_of_vertex_[vertex.value() + 1] - first);
}

TaskCounts ExecutionGraph::Counts(VertexId vertex) const {
  TaskCounts counts{};
  for (const Execution& execution : Of(vertex)) {
    ++counts[static_cast<std::size_t>(execution.state)];
  }
  return counts;
}

TaskCounts ExecutionGraph::Counts() const {
  TaskCounts counts{};
  for (const Execution& execution : current_.executions) {
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

std::int64_t TimeIn(const Execution& execution, TaskState state, std::int64_t now) {
  const std::int64_t entered = execution.entered[static_cast<std::size_t>(state)];
  if (entered == 0) return -1;
  std::int64_t left = execution.end_millis != 0 ? execution.end_millis : now;
  for (std::size_t later = static_cast<std::size_t>(state) + 1; later < kTaskStates; ++later) {
    if (execution.entered[later] != 0) left = std::min(left, execution.entered[later]);
  }
  return std::max<std::int64_t>(left - entered, 0);
}

std::string TaskName(const JobGraph& graph, SubtaskId subtask) {
  if (subtask.vertex.value() >= graph.vertices.size()) return "unknown task";
  const JobVertex& vertex = graph.vertex(subtask.vertex);
  return fmt::format("{} ({}/{})", vertex.name, subtask.index + 1, vertex.parallelism);
}

}  // namespace penstock
