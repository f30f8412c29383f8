#include "worker/host/task_set.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace penstock {
namespace {

std::string PendingDirectory(const std::string& job_directory, Generation generation) {
  return JoinPath(JoinPath(job_directory, "g" + ToString(generation)), "pending");
}

bool IsFinalRestore(const DeployTasks& deploy) {
  return !deploy.restore.empty() && deploy.restore.front().final;
}

/// Every task of the checkpoint must have its place in the plan.
Status CheckRestore(const DeployTasks& deploy, const PhysicalPlan& plan) {
  if (deploy.restore.empty()) return Status::Ok();
  for (const TaskSnapshot& snapshot : deploy.restore.front().tasks) {
    const auto& subtasks = plan.subtasks;
    if (std::find(subtasks.begin(), subtasks.end(), snapshot.subtask) != subtasks.end()) continue;
    return Status::InvalidArgument(
        fmt::format(
            "checkpoint {} has state of subtask {} of vertex {}, which the job doesn't have",
            deploy.restore.front().checkpoint.value(), snapshot.subtask.index,
            snapshot.subtask.vertex.value()),
        "start the job with the parallelism of the checkpoint");
  }
  return Status::Ok();
}

}  // namespace

TaskSet::~TaskSet() { assert(tasks_.empty()); }

Status TaskSet::Deploy(const DeployTasks& deploy, std::function<void(Status)> on_exchange_failure) {
  const PhysicalPlan& plan = surroundings_.job.plan;
  PENSTOCK_RETURN_IF_ERROR(CheckRestore(deploy, plan));
  if (!IsFinalRestore(deploy)) {
    PENSTOCK_RETURN_IF_ERROR(
        surroundings_.exchange.Connect(plan, deploy.hosts, std::move(on_exchange_failure)));
  }
  snapshots_.Start();
  for (const HostAssignment& host : deploy.hosts) {
    if (host.host != surroundings_.host) continue;
    for (const SubtaskId subtask : host.subtasks) {
      PENSTOCK_ASSIGN_OR_RETURN(TaskParts parts, PartsOf(subtask, deploy));
      tasks_.push_back(
          std::make_unique<Task>(std::move(parts), snapshots_, surroundings_.listener));
    }
  }
  if (tasks_.empty()) return Status::Internal("no subtask is assigned to this task host");
  for (const std::unique_ptr<Task>& task : tasks_) task->Start();
  return Status::Ok();
}

Result<TaskParts> TaskSet::PartsOf(SubtaskId subtask, const DeployTasks& deploy) {
  const HostJob& job = surroundings_.job;
  const JobVertex& vertex = job.graph.vertex(subtask.vertex);
  TaskParts parts{
      .identity = {surroundings_.job_id, job.graph.name, surroundings_.generation, subtask,
                   vertex.parallelism, vertex.max_parallelism, !deploy.restore.empty(),
                   surroundings_.file_system, surroundings_.clock},
      .vertex = vertex,
      .specs = job.operators,
      .signal = std::make_unique<TaskSignal>(),
      .input = nullptr,
      .input_channels = job.plan.InputsOf(subtask).size(),
      .edges = {},
      .restore = std::nullopt,
      .buffer_timeout = job.buffer_timeout,
      .checkpoint_mode = job.checkpoint_mode,
      .pending_directory = PendingDirectory(deploy.checkpoint_directory, surroundings_.generation)};
  if (!deploy.restore.empty()) {
    PENSTOCK_ASSIGN_OR_RETURN(parts.restore, RestoreOf(subtask, deploy.restore.front()));
  }
  if (!IsFinalRestore(deploy)) Wire(parts);
  return parts;
}

void TaskSet::Wire(TaskParts& parts) {
  const HostJob& job = surroundings_.job;
  const SubtaskId subtask = parts.identity.subtask;
  if (const JobEdge* edge = job.input_edge(subtask.vertex)) {
    parts.input = surroundings_.exchange.TakeInput(subtask, *parts.signal);
    parts.input_type = &job.edge_type(*edge).record_type();
  }
  for (std::uint32_t i = 0; i < job.graph.edges.size(); ++i) {
    const JobEdge& edge = job.graph.edges[i];
    if (edge.from != subtask.vertex) continue;
    parts.edges.push_back(
        {edge.from_operator, std::make_unique<PartitionOutput>(
                                 surroundings_.exchange.TakeOutputs(subtask, i, *parts.signal),
                                 job.edge_type(edge), ToDistribution(edge.distribution),
                                 job.graph.vertex(edge.to).max_parallelism, subtask.index)});
  }
}

Result<TaskRestorePoint> TaskSet::RestoreOf(SubtaskId subtask, const RestorePoint& restore) const {
  for (const TaskSnapshot& snapshot : restore.tasks) {
    if (snapshot.subtask == subtask) {
      return TaskRestorePoint{restore.directory, snapshot, restore.final};
    }
  }
  return Status::InvalidArgument(
      fmt::format("checkpoint {} has no state of subtask {} of vertex {}",
                  restore.checkpoint.value(), subtask.index, subtask.vertex.value()),
      "start the job with the parallelism of the checkpoint");
}

void TaskSet::Post(const StartTasks& start) {
  for (const std::unique_ptr<Task>& task : tasks_) task->Post(start);
}

void TaskSet::Post(const TriggerCheckpoint& trigger) {
  const std::int64_t now = surroundings_.clock.Now().time_since_epoch().count();
  for (const std::unique_ptr<Task>& task : tasks_) {
    if (task->is_source()) task->Post(TriggerMail{trigger, now});
  }
}

void TaskSet::Post(const CheckpointCompleted& completed) {
  for (const std::unique_ptr<Task>& task : tasks_) task->Post(completed);
}

void TaskSet::Post(const StopSources& stop) {
  for (const std::unique_ptr<Task>& task : tasks_) task->Post(stop);
}

void TaskSet::Cancel() {
  for (const std::unique_ptr<Task>& task : tasks_) task->Cancel();
}

void TaskSet::Stop() {
  for (const std::unique_ptr<Task>& task : tasks_) task->Join();
  snapshots_.Stop();
  tasks_.clear();
}

std::uint64_t TaskSet::StateBytes() const {
  std::uint64_t bytes = 0;
  for (const std::unique_ptr<Task>& task : tasks_) bytes += task->state_bytes();
  return bytes;
}

bool TaskSet::PassedFinalBarrier() const {
  return std::all_of(tasks_.begin(), tasks_.end(), [](const std::unique_ptr<Task>& task) {
    return task->passed_final_barrier();
  });
}

}  // namespace penstock
