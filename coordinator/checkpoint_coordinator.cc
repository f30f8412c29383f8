#include "coordinator/checkpoint_coordinator.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "coordinator/execution_graph.h"

namespace penstock {
namespace {

/// Long enough for some records to have passed.
constexpr Clock::Duration kAfterRestart = std::chrono::milliseconds(100);

std::int64_t Millis(Clock::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

CheckpointOptions CheckpointOptionsFrom(const Configuration& config) {
  CheckpointOptions checkpoints;
  checkpoints.interval = config.Get(options::kCheckpointInterval);
  checkpoints.min_pause = config.Get(options::kCheckpointMinPause);
  checkpoints.timeout = config.Get(options::kCheckpointTimeout);
  return checkpoints;
}

CheckpointCoordinator::CheckpointCoordinator(const JobGraph& graph, CheckpointOptions options,
                                             const Clock& clock)
    : graph_(graph), options_(options), clock_(clock) {}

void CheckpointCoordinator::Begin(CheckpointId last_used) {
  running_ = true;
  final_wanted_ = soon_wanted_ = held_ = false;
  pending_.reset();
  tasks_.clear();
  for (const JobVertex& vertex : graph_.vertices) {
    for (std::uint32_t i = 0; i < vertex.parallelism; ++i) tasks_.push_back({vertex.id, i});
  }
  last_used_ = std::max(last_used_, last_used);
  last_trigger_ = clock_.Now();
  const bool first_attempt = last_used_ == CheckpointId();
  next_trigger_ = last_trigger_ +
                  (first_attempt ? options_.interval : std::min(options_.interval, kAfterRestart));
}

CheckpointActions CheckpointCoordinator::End(const std::string& reason) {
  running_ = false;
  std::vector<CheckpointRequest> requests = std::exchange(waiting_, {});
  if (pending_) {
    EndRecord(CheckpointStatus::kFailed, reason);
    requests.insert(requests.begin(), pending_->requests.begin(), pending_->requests.end());
  }
  pending_.reset();
  CheckpointActions actions;
  Answer(requests, Status::External("not taken: " + reason, "ask again when the job runs"),
         actions);
  return actions;
}

CheckpointActions CheckpointCoordinator::Request(const CheckpointRequest& request) {
  CheckpointActions actions;
  if (!running_) {
    Answer({request}, Status::User(ErrorCode::kConflict, "the job takes no checkpoints any more"),
           actions);
    return actions;
  }
  waiting_.push_back(request);
  return Tick();
}

void CheckpointCoordinator::Answer(const std::vector<CheckpointRequest>& requests,
                                   const Result<CheckpointId>& checkpoint,
                                   CheckpointActions& actions) {
  for (const CheckpointRequest& request : requests) {
    actions.emplace_back(AnswerRequest{request.id, checkpoint});
  }
}

void CheckpointCoordinator::Attach(Pending& pending) {
  pending.requests.insert(pending.requests.end(), waiting_.begin(), waiting_.end());
  waiting_.clear();
  for (const CheckpointRequest& request : pending.requests) {
    pending.record.savepoint = pending.record.savepoint || request.savepoint;
  }
}

CheckpointActions CheckpointCoordinator::RequestFinal() {
  if (!running_ || final_wanted_) return {};
  final_wanted_ = true;
  next_trigger_ = clock_.Now();
  return Tick();
}

CheckpointActions CheckpointCoordinator::RequestSoon() {
  if (!running_ || final_wanted_) return {};
  soon_wanted_ = true;
  next_trigger_ = clock_.Now();
  return Tick();
}

CheckpointActions CheckpointCoordinator::Tick() {
  if (!running_) return {};
  const Clock::MonotonicTime now = clock_.Now();
  if (!pending_) {
    const bool due = now >= next_trigger_ && (!held_ || final_wanted_);
    return due || !waiting_.empty() ? Trigger() : CheckpointActions{};
  }
  const bool late = now - pending_->triggered >= options_.timeout;
  // A decision is not interrupted: its outcome has to be known.
  if (!late || pending_->phase != Phase::kCollecting) return {};
  return GiveUp(
      fmt::format("took longer than {} ms; {}", Millis(options_.timeout), DescribeMissing()));
}

CheckpointActions CheckpointCoordinator::Trigger() {
  last_used_ = last_used_.Next();
  last_trigger_ = clock_.Now();
  pending_ = Pending{.id = last_used_,
                     .final = final_wanted_,
                     .triggered = last_trigger_,
                     .acknowledged = {},
                     .requests = {},
                     .record = {}};
  CheckpointRecord& record = pending_->record;
  record.id = last_used_;
  record.final = final_wanted_;
  record.trigger_millis = ToMillis(clock_.Wall());
  record.tasks = static_cast<std::uint32_t>(tasks_.size());
  for (const JobVertex& vertex : graph_.vertices) {
    record.vertices.push_back({vertex.id, vertex.name, vertex.parallelism});
  }
  Attach(*pending_);
  return {PrepareCheckpoint{last_used_, final_wanted_}};
}

bool CheckpointCoordinator::IsPending(CheckpointId id, Phase phase) const {
  return pending_ && pending_->id == id && pending_->phase == phase;
}

CheckpointActions CheckpointCoordinator::OnPrepared(CheckpointId id,
                                                    const Result<std::string>& directory) {
  if (!IsPending(id, Phase::kPreparing)) return {};
  if (!directory.ok()) return GiveUp("cannot begin: " + directory.status().message());
  pending_->phase = Phase::kCollecting;
  return {SendTriggers{{id, pending_->final, *directory}}};
}

CheckpointActions CheckpointCoordinator::OnAcknowledged(
    const CheckpointAcknowledged& acknowledged) {
  const SubtaskId subtask = acknowledged.snapshot.subtask;
  if (!IsPending(acknowledged.checkpoint, Phase::kCollecting)) return {};
  if (std::find(tasks_.begin(), tasks_.end(), subtask) == tasks_.end()) return {};
  if (!pending_->acknowledged.emplace(subtask, acknowledged.snapshot).second) return {};

  CheckpointRecord& record = pending_->record;
  SubtaskCheckpoint& part = record.acknowledged[subtask];
  part.acknowledged_millis = ToMillis(clock_.Wall());
  part.duration_millis = Millis(clock_.Now() - pending_->triggered);
  part.timings = acknowledged.timings;
  for (const SnapshotFile& file : acknowledged.snapshot.files) part.bytes += file.size;
  part.new_bytes = acknowledged.new_bytes;
  record.bytes += part.bytes;
  record.new_bytes += part.new_bytes;
  record.latest_ack_millis = part.acknowledged_millis;
  if (pending_->acknowledged.size() < tasks_.size()) return {};

  pending_->phase = Phase::kDeciding;
  DecideCheckpoint decide{pending_->id, pending_->final, {}};
  for (auto& [id, snapshot] : pending_->acknowledged) decide.tasks.push_back(snapshot);
  return {std::move(decide)};
}

CheckpointActions CheckpointCoordinator::OnDeclined(const CheckpointDeclined& declined) {
  if (!IsPending(declined.checkpoint, Phase::kCollecting)) return {};
  return GiveUp(fmt::format("declined by {}: {}", TaskName(graph_, declined.subtask),
                            declined.reason.message()));
}

CheckpointActions CheckpointCoordinator::OnDecided(CheckpointId id,
                                                   const DecisionOutcome& outcome) {
  if (!IsPending(id, Phase::kDeciding)) return {};
  switch (outcome.decision) {
    case Decision::kNotDecided: return GiveUp("not decided: " + outcome.status.message());
    case Decision::kUnknown:
      return {LoseCheckpoint{
          outcome.status.WithContext("whether checkpoint " + ToString(id) + " is decided")}};
    case Decision::kDecided: break;
  }
  const bool final = pending_->final;
  soon_wanted_ = false;
  // None follows the final one, and nothing happens after it that another could hold.
  if (final) Attach(*pending_);
  const std::vector<CheckpointRequest> requests = std::move(pending_->requests);
  EndRecord(CheckpointStatus::kCompleted, "");
  pending_.reset();
  if (final) running_ = false;
  PlanNext();
  CheckpointActions actions{CommitCheckpoint{{id, final}}};
  Answer(requests, id, actions);
  return actions;
}

CheckpointActions CheckpointCoordinator::GiveUp(const std::string& reason) {
  const CheckpointId id = pending_->id;
  const bool was_final = pending_->final;
  const std::vector<CheckpointRequest> requests = std::move(pending_->requests);
  EndRecord(CheckpointStatus::kFailed, reason);
  pending_.reset();
  PlanNext();
  if (was_final || soon_wanted_) next_trigger_ = clock_.Now() + options_.final_retry;
  CheckpointActions actions{AbortCheckpoint{
      id,
      fmt::format("{}heckpoint {} {} ({} of {} failed)", was_final ? "final c" : "c", ToString(id),
                  reason, statistics_.failed, statistics_.failed + statistics_.completed)}};
  Answer(requests,
         Status::External(fmt::format("checkpoint {} {}", ToString(id), reason),
                          "the job runs on; see what is wrong, then ask again"),
         actions);
  return actions;
}

void CheckpointCoordinator::PlanNext() {
  const Clock::MonotonicTime now = clock_.Now();
  next_trigger_ =
      final_wanted_ ? now : std::max(last_trigger_ + options_.interval, now + options_.min_pause);
}

void CheckpointCoordinator::EndRecord(CheckpointStatus status, const std::string& failure) {
  CheckpointRecord& record = pending_->record;
  record.status = status;
  record.failure = failure;
  record.end_millis = ToMillis(clock_.Wall());
  record.duration_millis = Millis(clock_.Now() - pending_->triggered);
  statistics_.End(statistics_.Add(std::move(record)));
}

std::string CheckpointCoordinator::DescribeMissing() const {
  std::vector<std::string> names;
  std::optional<VertexId> slowest;
  for (const SubtaskId task : tasks_) {
    if (pending_->acknowledged.contains(task)) continue;
    if (!slowest) slowest = task.vertex;
    names.push_back(TaskName(graph_, task));
  }
  constexpr std::size_t kShown = 8;
  const std::size_t more = names.size() > kShown ? names.size() - kShown : 0;
  names.resize(names.size() - more);
  std::string text = fmt::format("not acknowledged by {}", fmt::join(names, ", "));
  if (more > 0) text += fmt::format(" and {} more", more);
  for (const JobEdge& edge : graph_.edges) {
    if (slowest && edge.to == *slowest) {
      text += fmt::format("; the slow edge is {} -> {}", graph_.vertex(edge.from).name,
                          graph_.vertex(edge.to).name);
    }
  }
  return text;
}

std::optional<Clock::MonotonicTime> CheckpointCoordinator::NextWake() const {
  if (!running_) return std::nullopt;
  if (!pending_ && !waiting_.empty()) return clock_.Now();
  if (!pending_ && held_ && !final_wanted_) return std::nullopt;
  if (!pending_) return next_trigger_;
  if (pending_->phase != Phase::kCollecting) return std::nullopt;
  return pending_->triggered + options_.timeout;
}

}  // namespace penstock
