#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/file_system.h"
#include "wire/messages.h"
#include "worker/exchange/exchange.h"
#include "worker/host/host_job.h"
#include "worker/task/serial_executor.h"
#include "worker/task/task.h"

namespace penstock {

/// What all tasks of a host have in common. All outlive the tasks.
struct TaskSurroundings {
  JobId job_id;
  Generation generation;
  HostId host;
  FileSystem& file_system;
  const Clock& clock;
  const HostJob& job;
  Exchange& exchange;
  TaskListener& listener;
  std::string state_directory;  ///< Parent of those of the tasks.
  const StateMemory& memory;
  RecordTaps& taps;
};

/// The tasks of one host, and the thread that writes their snapshots. Main thread only.
class TaskSet {
 public:
  explicit TaskSet(const TaskSurroundings& surroundings) : surroundings_(surroundings) {}
  /// Requires Stop after Deploy.
  ~TaskSet();

  /// Connects the exchange (unless the job only has to commit a final checkpoint), makes this
  /// host's tasks and starts their threads, which restore in parallel.
  Status Deploy(const DeployTasks& deploy, std::function<void(Status)> on_exchange_failure);
  void Post(const StartTasks& start);
  /// Only sources are triggered; the others follow the barriers.
  void Post(const TriggerCheckpoint& trigger);
  void Post(const CheckpointCompleted& completed);
  void Post(const StopSources& stop);
  void Post(const AlignSources& align);
  void Cancel();
  /// Joins all threads; they must have been finished or cancelled.
  void Stop();

  const std::vector<std::unique_ptr<Task>>& tasks() const { return tasks_; }
  std::uint64_t StateBytes() const;
  bool PassedFinalBarrier() const;

 private:
  Result<TaskParts> PartsOf(SubtaskId subtask, const DeployTasks& deploy);
  Status ReadRestore(const DeployTasks& deploy);
  std::uint64_t TableBytesOf(SubtaskId subtask) const;
  void Wire(TaskParts& parts);

  const TaskSurroundings surroundings_;
  SerialExecutor snapshots_{"snapshots"};
  std::shared_ptr<const RestoredCheckpoint> restore_;  // shared by the tasks; null: none
  std::size_t stateful_tasks_ = 0;
  std::vector<std::unique_ptr<Task>> tasks_;
};

}  // namespace penstock
