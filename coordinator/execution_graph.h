#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "common/ids.h"
#include "graph/job_graph.h"
#include "wire/messages.h"

namespace penstock {

/// Flink's task states; see JobState for those with the same name.
enum class TaskState : unsigned char {
  kCreated,
  kScheduled,     ///< Waits for its host process.
  kDeploying,     ///< The host process is starting.
  kInitializing,  ///< Restores its state.
  kRunning,
  kFinished,
  kCanceling,
  kCanceled,
  kFailed,
  kReconciling,
};
inline constexpr int kTaskStates = 10;

/// As Flink spells it: "DEPLOYING".
std::string_view ToString(TaskState state);

/// One attempt at one subtask.
struct Execution {
  SubtaskId subtask;
  TaskState state = TaskState::kCreated;
  HostId host;
  WorkerId worker;
  std::int64_t start_millis = 0;  ///< Wall clock when it was deployed; 0 before.
  std::int64_t end_millis = 0;    ///< Wall clock when it ended; 0 before.
  TaskMetrics metrics;
};

using TaskCounts = std::array<std::uint32_t, kTaskStates>;

/// The tasks of a job's current attempt. Coordinator thread only.
class ExecutionGraph {
 public:
  ExecutionGraph(const JobGraph& graph, const Clock& clock);

  /// A new attempt at `graph`: every task CREATED, no metrics.
  void Reset(const JobGraph& graph);
  void Place(SubtaskId subtask, HostId host, WorkerId worker);
  /// Tasks that have ended (FINISHED, CANCELED, FAILED) keep their state.
  void SetAll(TaskState state);
  void SetHost(HostId host, TaskState state);
  void Set(SubtaskId subtask, TaskState state);
  void SetMetrics(const TaskMetrics& metrics);

  /// In order of vertex, then index.
  const std::vector<Execution>& executions() const { return executions_; }
  /// Null when the graph has no such subtask.
  const Execution* Find(SubtaskId subtask) const;
  /// Another number whenever a task has been placed or has changed its state.
  std::uint64_t changes() const { return changes_; }
  /// The tasks of one vertex by state, or of all.
  TaskCounts Counts(VertexId vertex) const;
  TaskCounts Counts() const;
  /// What a vertex of these tasks is in, as Flink aggregates it.
  static TaskState Aggregate(const TaskCounts& counts);

 private:
  void Change(Execution& execution, TaskState state);
  Execution* FindMutable(SubtaskId subtask);

  const Clock& clock_;
  std::vector<std::size_t> first_of_vertex_;
  std::vector<Execution> executions_;
  std::uint64_t changes_ = 0;
};

/// "window (2/4)"
std::string TaskName(const JobGraph& graph, SubtaskId subtask);

}  // namespace penstock
