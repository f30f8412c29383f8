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

std::string CompletedDirectory(const std::string& job_directory) {
  return JoinPath(job_directory, "completed");
}

bool IsFinalRestore(const DeployTasks& deploy) {
  return !deploy.restore.empty() && deploy.restore.front().final;
}

bool IsStateful(const JobVertex& vertex) {
  return std::any_of(vertex.operators.begin(), vertex.operators.end(),
                     [](const GraphOperator& op) { return !op.states.empty(); });
}

std::vector<std::string> UidsOf(const JobGraph& graph) {
  std::vector<std::string> uids;
  for (const JobVertex& vertex : graph.vertices) {
    for (const GraphOperator& op : vertex.operators) {
      if (!op.uid.empty()) uids.push_back(op.uid);
    }
  }
  return uids;
}

}  // namespace

TaskSet::~TaskSet() { assert(tasks_.empty()); }

Status TaskSet::Deploy(const DeployTasks& deploy, std::function<void(Status)> on_exchange_failure) {
  const PhysicalPlan& plan = surroundings_.job.plan;
  PENSTOCK_RETURN_IF_ERROR(ReadRestore(deploy));
  if (!IsFinalRestore(deploy)) {
    PENSTOCK_RETURN_IF_ERROR(
        surroundings_.exchange.Connect(plan, deploy.hosts, std::move(on_exchange_failure)));
  }
  snapshots_.Start();
  for (const HostAssignment& host : deploy.hosts) {
    if (host.host != surroundings_.host) continue;
    for (const SubtaskId subtask : host.subtasks) {
      if (IsStateful(surroundings_.job.graph.vertex(subtask.vertex))) ++stateful_tasks_;
    }
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
      .identity = {.job = surroundings_.job_id,
                   .job_name = job.graph.name,
                   .generation = surroundings_.generation,
                   .subtask = subtask,
                   .parallelism = vertex.parallelism,
                   .max_parallelism = vertex.max_parallelism,
                   .restored = restore_ != nullptr,
                   .counting = job.counting,
                   .state_directory =
                       JoinPath(surroundings_.state_directory,
                                fmt::format("{}-{}", subtask.vertex.value(), subtask.index)),
                   .table_bytes = TableBytesOf(subtask),
                   .memory = &surroundings_.memory,
                   .taps = &surroundings_.taps,
                   .file_system = surroundings_.file_system,
                   .clock = surroundings_.clock},
      .vertex = vertex,
      .specs = job.operators,
      .signal = std::make_unique<TaskSignal>(),
      .input = nullptr,
      .input_channels = {},
      .edges = {},
      .restore = restore_,
      .buffer_timeout = job.buffer_timeout,
      .checkpoint_mode = job.checkpoint_mode,
      .pending_directory = PendingDirectory(deploy.checkpoint_directory, surroundings_.generation),
      .completed_directory = CompletedDirectory(deploy.checkpoint_directory)};
  if (!IsFinalRestore(deploy)) Wire(parts);
  return parts;
}

void TaskSet::Wire(TaskParts& parts) {
  const HostJob& job = surroundings_.job;
  const SubtaskId subtask = parts.identity.subtask;
  for (const Channel* channel : job.plan.InputsOf(subtask)) {
    parts.input_channels.push_back(
        {job.graph.edges[channel->edge].input, &job.edge_type(channel->edge).record_type()});
  }
  if (!parts.input_channels.empty()) {
    parts.input = surroundings_.exchange.TakeInput(subtask, *parts.signal);
  }
  for (std::uint32_t i = 0; i < job.graph.edges.size(); ++i) {
    const JobEdge& edge = job.graph.edges[i];
    if (edge.from != subtask.vertex) continue;
    parts.edges.push_back(
        {edge.from_operator, edge.side, &job.edge_type(i).record_type(),
         std::make_unique<PartitionOutput>(
             surroundings_.exchange.TakeOutputs(subtask, i, *parts.signal), job.edge_type(i),
             job.graph.vertex(edge.to).max_parallelism, subtask.index, job.counting)});
  }
}

Status TaskSet::ReadRestore(const DeployTasks& deploy) {
  if (deploy.restore.empty()) return Status::Ok();
  const RestorePoint& point = deploy.restore.front();
  PENSTOCK_ASSIGN_OR_RETURN(restore_,
                            RestoredCheckpoint::Read(surroundings_.file_system, point,
                                                     surroundings_.job.RecoveryFrom(point)));
  return restore_->CheckClaimed(UidsOf(surroundings_.job.graph));
}

std::uint64_t TaskSet::TableBytesOf(SubtaskId subtask) const {
  if (!IsStateful(surroundings_.job.graph.vertex(subtask.vertex))) return 0;
  return surroundings_.memory.table_bytes() / std::max<std::size_t>(stateful_tasks_, 1);
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

void TaskSet::Post(const AlignSources& align) {
  for (const SourceAlignment& source : align.sources) {
    for (const std::unique_ptr<Task>& task : tasks_) {
      if (task->id() == source.subtask) task->Post(GroupWatermark{{source.others}});
    }
  }
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
