#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
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
  /// Wall clock when each state was entered; 0: never.
  std::array<std::int64_t, kTaskStates> entered{};
  TaskMetrics metrics;
};

/// One attempt at all tasks of a job. Several attempts may have different graphs.
struct ExecutionAttempt {
  std::uint64_t number = 0;  ///< From 0; its generation less one.
  std::vector<Execution> executions;
};

using TaskCounts = std::array<std::uint32_t, kTaskStates>;

/// The tasks of a job's current attempt, and of some before it. Coordinator thread only.
class ExecutionGraph {
 public:
  /// Earlier attempts are remembered until they have more executions than this in all; the one
  /// before the current always.
  static constexpr std::size_t kRemembered = 8192;

  ExecutionGraph(const JobGraph& graph, const Clock& clock);

  /// A new attempt at `graph`: every task CREATED, no metrics. The current one is remembered if it
  /// has begun.
  void Reset(const JobGraph& graph, std::uint64_t attempt);
  /// All tasks of a job that has ended before this coordinator: only the end is known.
  void Ended(TaskState state, std::uint64_t attempt, std::int64_t end_millis);
  void Place(SubtaskId subtask, HostId host, WorkerId worker);
  /// Tasks that have ended (FINISHED, CANCELED, FAILED) keep their state.
  void SetAll(TaskState state);
  void SetHost(HostId host, TaskState state);
  void Set(SubtaskId subtask, TaskState state);
  void SetMetrics(const TaskMetrics& metrics);

  /// Number of the current attempt.
  std::uint64_t attempt() const { return current_.number; }
  /// In order of vertex, then index.
  const std::vector<Execution>& executions() const { return current_.executions; }
  /// Those of one vertex, in order of index; empty when there is no such vertex.
  std::span<const Execution> Of(VertexId vertex) const;
  /// Oldest first.
  const std::deque<ExecutionAttempt>& earlier() const { return earlier_; }
  /// Are there attempts that are not in earlier() any more?
  bool forgotten() const { return forgotten_; }
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
  void Remember();

  const Clock& clock_;
  std::vector<std::size_t> first_of_vertex_;
  ExecutionAttempt current_;
  std::deque<ExecutionAttempt> earlier_;
  bool forgotten_ = false;
  std::uint64_t changes_ = 0;
};

/// How long it was in a state, in milliseconds, up to `now` if it still is; -1: never.
std::int64_t TimeIn(const Execution& execution, TaskState state, std::int64_t now);

/// "window (2/4)"
std::string TaskName(const JobGraph& graph, SubtaskId subtask);

}  // namespace penstock
