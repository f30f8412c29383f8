// The part of JobMaster that listens to task hosts and workers, and decides what is a failure.

#include <algorithm>

#include <fmt/format.h>

#include "coordinator/job_master.h"
#include "coordinator/watermark_alignment.h"

namespace penstock {
namespace {

constexpr std::size_t kEndedHosts = 32;
/// Hosts report every second, each at its own time.
constexpr auto kAlignmentInterval = std::chrono::milliseconds(250);

/// What is wrong with the job's input or surroundings, and will be so again; what user code has
/// thrown may pass.
bool IsLasting(const Status& error) {
  if (error.domain() != ErrorDomain::kUser) return false;
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kConflict: return true;
    default: return false;
  }
}

}  // namespace

void JobMaster::On(const HostMessage& message) {
  const auto found = hosts_.find(message.host);
  if (found == hosts_.end()) {
    return Emit(SendCommand{message.worker, KillHost{message.host}});
  }
  if (found->second.gone || found->second.worker != message.worker) return;
  std::visit([&](const auto& event) { OnHost(found->second, event); }, message.event);
}

void JobMaster::OnHost(Host& host, const HostReady& ready) {
  if (phase_ != Phase::kStarting || host.phase != HostPhase::kStarting) return;
  host.endpoint = ready.endpoint;
  host.phase = HostPhase::kReady;
  if (AllHosts(HostPhase::kReady)) DeployTasks();
}

void JobMaster::OnHost(Host& host, const HostDeployed&) {
  if (phase_ != Phase::kDeploying || host.phase != HostPhase::kReady) return;
  host.phase = HostPhase::kDeployed;
  if (AllHosts(HostPhase::kDeployed)) StartTasks();
}

void JobMaster::OnHost(Host&, const SourceExhausted& exhausted) {
  const Execution* execution = executions_.Find(exhausted.subtask);
  if (execution == nullptr || !graph_.vertex(exhausted.subtask.vertex).is_source()) return;
  exhausted_.insert(exhausted.subtask);
  CheckSourcesEnded();
}

void JobMaster::OnHost(Host&, const CheckpointAcknowledged& acknowledged) {
  if (phase_ == Phase::kRunning) Apply(checkpoints_.OnAcknowledged(acknowledged));
}

void JobMaster::OnHost(Host&, const CheckpointDeclined& declined) {
  if (phase_ == Phase::kRunning) Apply(checkpoints_.OnDeclined(declined));
}

void JobMaster::OnHost(Host& host, const HostFinished&) {
  const bool expected = phase_ == Phase::kFinishing || (restore_ && restore_->final);
  if (!expected || (phase_ != Phase::kFinishing && phase_ != Phase::kDeploying)) return;
  host.phase = HostPhase::kFinished;
  executions_.SetHost(host.id, TaskState::kFinished);
  if (phase_ == Phase::kDeploying && AllHosts(HostPhase::kDeployed)) return StartTasks();
  FinishWhenDone();
}

void JobMaster::OnHost(Host& host, const HostFailed& failed) {
  if (host.phase == HostPhase::kFinished) return;
  host.reported = true;
  Cause cause{.status = failed.error, .worker = ToString(host.worker)};
  const bool known =
      std::find(host.subtasks.begin(), host.subtasks.end(), failed.subtask) != host.subtasks.end();
  if (known && !failed.operator_name.empty()) {
    cause.task = TaskName(graph_, failed.subtask);
    cause.operator_name = failed.operator_name;
    executions_.Set(failed.subtask, TaskState::kFailed);
  }
  cause.secondary = failed.error.code() == ErrorCode::kUnavailable;
  // By the host, not by the phase: the attempt may be ending while this one was running.
  const bool deployed = host.phase >= HostPhase::kDeployed;
  cause.fatal = deployed ? IsLasting(failed.error) : failed.error.domain() == ErrorDomain::kUser;
  // What a task finds damaged while it runs is a block of state that is only read now; what comes
  // over a connection has no operator.
  const bool of_state = !deployed || !failed.operator_name.empty();
  if (of_state && failed.error.code() == ErrorCode::kCorruption && restore_) {
    NoteUnreadable(failed.error);
    cause.fatal = restore_foreign_ || graph_.transactional();
  }
  Fail(std::move(cause));
}

void JobMaster::NoteUnreadable(const Status& error) {
  if (!restore_foreign_) unreadable_[restore_->checkpoint] = error.message();
  Tell(LogLevel::kError, EventKind::kFailure,
       fmt::format("{} cannot be restored: {}", restore_->directory, error.message()));
}

void JobMaster::AlignSources() {
  const Clock::MonotonicTime now = clock_.Now();
  const bool due = !aligned_at_ || now - *aligned_at_ >= kAlignmentInterval;
  if (phase_ != Phase::kRunning || !due) return;
  const std::map<SubtaskId, Timestamp> others = AlignWatermarks(graph_, executions_, exhausted_);
  if (others.empty()) return;
  aligned_at_ = now;
  for (const auto& [id, host] : hosts_) {
    penstock::AlignSources align;
    for (const SubtaskId subtask : host.subtasks) {
      const auto found = others.find(subtask);
      if (found != others.end()) align.sources.push_back({subtask, found->second.millis});
    }
    if (!align.sources.empty()) Send(host, std::move(align));
  }
}

void JobMaster::On(const HostEnded& ended) {
  const auto found = hosts_.find(ended.exit.host);
  if (found == hosts_.end() || found->second.gone) return;
  Host& host = found->second;
  host.gone = true;
  if (ended_hosts_.size() == kEndedHosts) ended_hosts_.pop_front();
  ended_hosts_.push_back({ToMillis(clock_.Wall()), host.id, host.worker, progress_.generation,
                          ended.exit.description, ended.exit.log_tail});
  const bool ending = phase_ == Phase::kEnding || phase_ == Phase::kClosing;
  const bool expected = host.phase == HostPhase::kFinished || host.reported ||
                        (ending && (ended.exit.clean || ended.exit.ordered));
  if (!expected) {
    Fail({.status = Status::External(
              fmt::format("task host {} ended: {}", ToString(host.id), ended.exit.description),
              "its last lines are in 'penstock logs " + ToString(spec_.id) + "'"),
          .worker = ToString(host.worker),
          .stack = ended.exit.stack});
  }
  if (AllGone() && (ending || phase_ == Phase::kDone)) OnAllGone();
}

void JobMaster::On(const WorkerGone& gone) {
  if (phase_ == Phase::kPreparing &&
      std::find(slots_.begin(), slots_.end(), gone.worker) != slots_.end()) {
    slots_broken_ = true;
  }
  bool unfinished = false;
  bool any = false;
  for (auto& [id, host] : hosts_) {
    if (host.worker != gone.worker || host.gone) continue;
    host.gone = any = true;
    unfinished = unfinished || host.phase != HostPhase::kFinished;
  }
  if (!any) return;
  const bool ending = phase_ == Phase::kEnding || phase_ == Phase::kClosing;
  if (unfinished) {
    Fail(
        {.status = Status::External("worker " + ToString(gone.worker) + " is lost: " + gone.reason),
         .worker = ToString(gone.worker)});
  }
  if (AllGone() && (ending || phase_ == Phase::kDone)) OnAllGone();
}

void JobMaster::Fail(Cause cause) {
  if (phase_ == Phase::kDone || state() == JobState::kCancelling || EndingForRescale()) return;
  if (state() == JobState::kFailing) return AddConsequence(cause);
  RecordFailure(cause);
  fatal_ = cause.fatal;
  secondary_cause_ = cause.secondary;
  Tell(LogLevel::kError, EventKind::kFailure, "failed: " + cause.status.message());
  Enter(JobState::kFailing);
  Apply(checkpoints_.End("the attempt failed: " + cause.status.message()));
  executions_.SetAll(TaskState::kCanceled);
  SetPhase(Phase::kEnding);
  KillHosts();
  if (AllGone()) OnAllGone();
}

void JobMaster::RecordFailure(const Cause& cause) {
  auto& failures = progress_.failures;
  failures.insert(failures.begin(), {.wall_millis = ToMillis(clock_.Wall()),
                                     .message = cause.status.message(),
                                     .hint = cause.status.hint(),
                                     .task = cause.task,
                                     .worker = cause.worker,
                                     .followed_by = {},
                                     .operator_name = cause.operator_name,
                                     .generation = progress_.generation,
                                     .stack = cause.stack});
  if (failures.size() > JobProgress::kFailures) failures.resize(JobProgress::kFailures);
}

void JobMaster::AddConsequence(const Cause& cause) {
  constexpr std::size_t kConsequences = 16;
  JobFailure& first = progress_.failures.front();
  fatal_ = fatal_ || cause.fatal;
  JobConsequence later{cause.status.message(), ToMillis(clock_.Wall()), cause.task, cause.worker};
  // The news of the true cause may be overtaken by that of a lost connection.
  if (secondary_cause_ && !cause.secondary) {
    secondary_cause_ = false;
    std::swap(later.message, first.message);
    std::swap(later.wall_millis, first.wall_millis);
    std::swap(later.task, first.task);
    std::swap(later.worker, first.worker);
    first.hint = cause.status.hint();
    first.operator_name = cause.operator_name;
    first.stack = cause.stack;
  }
  if (first.followed_by.size() < kConsequences) first.followed_by.push_back(std::move(later));
}

void JobMaster::Send(const Host& host, HostCommand command) {
  if (host.gone) return;
  Emit(SendCommand{host.worker, ForwardToHost{host.id, std::move(command)}});
}

void JobMaster::SendToAll(const HostCommand& command) {
  for (const auto& [id, host] : hosts_) Send(host, command);
}

void JobMaster::KillHosts() {
  for (const auto& [id, host] : hosts_) {
    if (!host.gone) Emit(SendCommand{host.worker, KillHost{id}});
  }
}

bool JobMaster::AllHosts(HostPhase at_least) const {
  return std::all_of(hosts_.begin(), hosts_.end(),
                     [&](const auto& entry) { return entry.second.phase >= at_least; });
}

bool JobMaster::AllGone() const {
  return std::all_of(hosts_.begin(), hosts_.end(),
                     [](const auto& entry) { return entry.second.gone; });
}

std::string JobMaster::HostsBefore(HostPhase phase) const {
  std::vector<std::string> names;
  for (const auto& [id, host] : hosts_) {
    if (host.phase < phase) {
      names.push_back(fmt::format("{} on worker {}", ToString(id), ToString(host.worker)));
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::uint64_t JobMaster::state_bytes() const {
  std::uint64_t total = 0;
  for (const auto& [id, host] : hosts_) total += host.gone ? 0 : host.state_bytes;
  return total;
}

MemoryUse JobMaster::MemoryOn(WorkerId worker) const {
  MemoryUse sum;
  for (const auto& [id, host] : hosts_) {
    if (!host.gone && host.worker == worker) sum += host.memory;
  }
  return sum;
}

}  // namespace penstock
