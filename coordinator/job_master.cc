#include "coordinator/job_master.h"

#include <algorithm>

#include <fmt/format.h>

namespace penstock {
namespace {

JobProgress Recovered(JobProgress progress) {
  if (!IsTerminal(progress.state)) progress.state = JobState::kInitializing;
  return progress;
}

double Seconds(Clock::Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

JobMaster::JobMaster(JobSpec spec, JobGraph graph, JobMasterOptions options, JobProgress progress,
                     const Clock& clock, RandomBits random)
    : spec_(std::move(spec)),
      graph_(std::move(graph)),
      options_(std::move(options)),
      clock_(clock),
      random_(std::move(random)),
      progress_(Recovered(std::move(progress))),
      restart_policy_(options_.restart, random_),
      executions_(graph_, clock_),
      metrics_(graph_),
      checkpoints_(graph_, options_.checkpoints, clock_) {
  if (IsTerminal(progress_.state)) {
    phase_ = Phase::kDone;
    const bool finished = progress_.state == JobState::kFinished;
    executions_.Ended(finished ? TaskState::kFinished : TaskState::kCanceled,
                      AttemptOf(progress_.generation), progress_.end_millis);
  }
  RememberEvents();
}

void JobMaster::RememberEvents() {
  events_.Add(progress_.submitted_millis, LogLevel::kInfo, EventKind::kSubmitted,
              "submitted as " + spec_.name);
  for (auto failure = progress_.failures.rbegin(); failure != progress_.failures.rend();
       ++failure) {
    events_.Add(failure->wall_millis, LogLevel::kError, EventKind::kFailure,
                "failed: " + failure->message);
  }
  if (progress_.end_millis != 0) {
    events_.Add(progress_.end_millis, LogLevel::kInfo, EventKindOf(progress_.state),
                "job is " + std::string(ToString(progress_.state)));
  }
}

JobEffects JobMaster::Step(const JobEvent& event) {
  effects_.clear();
  std::visit([this](const auto& e) { On(e); }, event);
  return std::move(effects_);
}

std::optional<Clock::MonotonicTime> JobMaster::NextWake() const {
  std::optional<Clock::MonotonicTime> wake = deadline_;
  if (phase_ != Phase::kRunning) return wake;
  const auto checkpoint = checkpoints_.NextWake();
  if (checkpoint && (!wake || *checkpoint < *wake)) wake = checkpoint;
  return wake;
}

void JobMaster::On(const StartJob&) {
  if (phase_ != Phase::kIdle) return;
  if (progress_.generation.value() != 0) {
    Tell(LogLevel::kInfo, EventKind::kAdopted, "taken up by a coordinator that was started again");
  }
  Enter(JobState::kCreated);
  if (progress_.goal == JobGoal::kCancel) {
    Enter(JobState::kCancelling);
    return EndJob(JobState::kCanceled);
  }
  BeginAttempt();
}

void JobMaster::BeginAttempt() {
  if (target_) TakeTarget();
  hosts_.clear();
  slots_.clear();
  exhausted_.clear();
  restore_.reset();
  first_checkpoint_ = true;
  fatal_ = secondary_cause_ = slots_broken_ = false;
  executions_.Reset(graph_, progress_.generation.value());
  metrics_.Reset(graph_);
  told_holder_.reset();
  SetPhase(Phase::kWaitingForSlots);
  Tell(LogLevel::kInfo, EventKind::kScheduling,
       fmt::format("waiting for {} slots", graph_.slots()));
  Emit(RequestSlots{graph_.slots()});
}

void JobMaster::On(const SlotsGranted& granted) {
  if (phase_ != Phase::kWaitingForSlots) return;
  slots_ = granted.slots;
  slots_broken_ = false;
  executions_.SetAll(TaskState::kScheduled);
  progress_.generation = progress_.generation.Next();
  SetPhase(Phase::kPreparing);
  Emit(PrepareAttempt{progress_, unreadable_,
                      spec_stored_ ? std::nullopt : std::optional<JobSpec>(spec_)});
}

void JobMaster::On(const AttemptPrepared& prepared) {
  if (phase_ != Phase::kPreparing || prepared.generation != progress_.generation) return;
  for (const std::string& warning : prepared.warnings)
    Tell(LogLevel::kWarn, EventKind::kWarning, warning);
  if (!prepared.status.ok()) {
    const ErrorCode code = prepared.status.code();
    const bool fatal = code == ErrorCode::kCorruption || code == ErrorCode::kFenced ||
                       prepared.status.domain() == ErrorDomain::kUser;
    return Fail({.status = prepared.status, .fatal = fatal});
  }
  spec_stored_ = true;
  if (slots_broken_) return BeginAttempt();
  restore_ = prepared.restore;
  restore_foreign_ = prepared.foreign;
  progress_.last_used = std::max(progress_.last_used, prepared.newest);
  if (restore_) {
    if (!restore_foreign_) {
      progress_.last_completed = std::max(progress_.last_completed, restore_->checkpoint);
    }
    checkpoints_.statistics().Restored(*restore_, ToMillis(clock_.Wall()));
    Tell(LogLevel::kInfo, EventKind::kRestored,
         restore_foreign_ ? "starts from " + restore_->directory
                          : "restores from checkpoint " + ToString(restore_->checkpoint));
  }
  StartHosts();
}

void JobMaster::StartHosts() {
  std::map<WorkerId, HostId> host_on;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    const WorkerId worker = slots_[slot];
    auto [known, fresh] = host_on.try_emplace(worker);
    if (fresh) known->second = HostId(random_(), random_());
    Host& host = hosts_[known->second];
    host.id = known->second;
    host.worker = worker;
    ++host.slots;
    for (const JobVertex& vertex : graph_.vertices) {
      const std::size_t first = graph_.first_slot(vertex.id);
      if (slot < first || slot >= first + vertex.parallelism) continue;
      host.subtasks.push_back({vertex.id, static_cast<std::uint32_t>(slot - first)});
      executions_.Place(host.subtasks.back(), host.id, worker);
    }
  }
  executions_.SetAll(TaskState::kDeploying);
  SetPhase(Phase::kStarting, options_.start_timeout);
  Tell(LogLevel::kInfo, EventKind::kDeploying,
       fmt::format("generation {} starts {} task hosts", ToString(progress_.generation),
                   hosts_.size()));
  for (const auto& [id, host] : hosts_) {
    Emit(SendCommand{host.worker, StartHost{id, progress_.generation, spec_, host.slots}});
  }
}

void JobMaster::DeployTasks() {
  penstock::DeployTasks deploy;
  deploy.checkpoint_directory = options_.checkpoint_directory;
  if (restore_) deploy.restore.push_back(*restore_);
  for (const auto& [id, host] : hosts_) {
    deploy.hosts.push_back({id, host.endpoint, host.subtasks});
  }
  executions_.SetAll(TaskState::kInitializing);
  SetPhase(Phase::kDeploying, options_.deploy_timeout);
  SendToAll(deploy);
}

void JobMaster::StartTasks() {
  Enter(JobState::kRunning);
  executions_.SetAll(TaskState::kRunning);
  CompleteRescale();
  if (restore_ && restore_->final) {
    BeginFinishing(restore_->checkpoint);
    return FinishWhenDone();
  }
  SetPhase(Phase::kRunning);
  checkpoints_.Begin(progress_.last_used);
  SendToAll(penstock::StartTasks{});
  if (progress_.goal == JobGoal::kStop) SendToAll(StopSources{progress_.drain});
  CheckSourcesEnded();
  if (target_) RequestRescaleCheckpoint();
}

void JobMaster::CheckSourcesEnded() {
  if (phase_ != Phase::kRunning) return;
  std::size_t sources = 0;
  for (const JobVertex& vertex : graph_.vertices) {
    if (vertex.is_source()) sources += vertex.parallelism;
  }
  if (exhausted_.size() != sources) return;
  if (target_) GiveUpRescale("the job has read all its input");
  Apply(checkpoints_.RequestFinal());
}

Status JobMaster::CheckCancel() const {
  const char* reason = nullptr;
  if (IsTerminal(state())) reason = "has ended";
  if (phase_ == Phase::kFinishing) reason = "is committing its last results";
  if (reason == nullptr) return {};
  return Status::User(ErrorCode::kConflict,
                      fmt::format("job {} cannot be cancelled: it {} ({})", ToString(spec_.id),
                                  reason, ToString(state())),
                      "see how it ended: penstock logs " + ToString(spec_.id));
}

void JobMaster::On(const CancelJob&) {
  if (!CheckCancel().ok() || progress_.goal == JobGoal::kCancel) return;
  progress_.goal = JobGoal::kCancel;
  GiveUpRescale("the job was cancelled");
  Tell(LogLevel::kInfo, EventKind::kCancelling, "cancelling");
  const bool running = phase_ == Phase::kRunning;
  Enter(JobState::kCancelling);
  Apply(checkpoints_.End("the job was cancelled"));
  executions_.SetAll(TaskState::kCanceling);
  if (phase_ == Phase::kEnding) return Emit(SaveProgress{progress_});
  if (AllGone()) return EndJob(JobState::kCanceled);
  Emit(SaveProgress{progress_});
  if (running) {
    SetPhase(Phase::kClosing, options_.cancel_grace);
    return SendToAll(CancelTasks{});
  }
  SetPhase(Phase::kEnding);
  KillHosts();
}

void JobMaster::On(const Tick&) {
  if (deadline_ && clock_.Now() >= *deadline_) {
    deadline_.reset();
    OnDeadline();
  }
  if (phase_ == Phase::kRunning) Apply(checkpoints_.Tick());
}

void JobMaster::OnDeadline() {
  const auto too_late = [&](const char* what, Clock::Duration limit, HostPhase missing) {
    Fail({.status = Status::Error(ErrorDomain::kExternal, ErrorCode::kTimeout,
                                  fmt::format("task hosts {} within {} s: {}", what, Seconds(limit),
                                              HostsBefore(missing)))});
  };
  switch (phase_) {
    case Phase::kStarting:
      return too_late("did not start", options_.start_timeout, HostPhase::kReady);
    case Phase::kDeploying:
      return too_late("did not restore their tasks", options_.deploy_timeout, HostPhase::kDeployed);
    case Phase::kFinishing:
      return too_late("did not commit", options_.finish_timeout, HostPhase::kFinished);
    case Phase::kClosing: SetPhase(Phase::kEnding); return KillHosts();
    case Phase::kDone: return KillHosts();
    case Phase::kBackoff: return BeginAttempt();
    case Phase::kRunning:
      return GiveUpRescale(fmt::format("no checkpoint was completed within {} s",
                                       Seconds(options_.checkpoints.timeout)));
    default: return;
  }
}

void JobMaster::OnAllGone() {
  switch (state()) {
    case JobState::kFailing: return RestartOrFail();
    case JobState::kCancelling: return EndJob(JobState::kCanceled);
    case JobState::kRestarting: return BeginAttempt();
    default: break;
  }
  if (phase_ == Phase::kDone) {
    deadline_.reset();
    Emit(ReleaseSlots{});
    Discard();
  }
}

void JobMaster::RestartOrFail() {
  const auto delay = fatal_ ? std::nullopt : restart_policy_.OnFailure(clock_.Now());
  if (!delay) {
    if (!fatal_) {
      Tell(LogLevel::kError, EventKind::kFailure,
           "no further restart: " + restart_policy_.Describe());
    }
    return EndJob(JobState::kFailed);
  }
  ++progress_.restarts;
  Enter(JobState::kRestarting);
  Emit(SaveProgress{progress_});
  if (*delay == Clock::Duration::zero()) return BeginAttempt();
  Tell(LogLevel::kInfo, EventKind::kRestart,
       fmt::format("restarts in {:.1f} s ({})", Seconds(*delay), restart_policy_.Describe()));
  SetPhase(Phase::kBackoff, *delay);
}

void JobMaster::EndJob(JobState state) {
  Enter(state);
  GiveUpRescale("the job has ended");
  progress_.end_millis = ToMillis(clock_.Wall());
  if (state == JobState::kCanceled) executions_.SetAll(TaskState::kCanceled);
  progress_.discard_checkpoints = options_.retention == CheckpointRetention::kDelete &&
                                  state != JobState::kFailed && final_export_.ok();
  Emit(SaveProgress{progress_});
  AnswerStops();
  if (AllGone()) {
    SetPhase(Phase::kDone);
    Emit(ReleaseSlots{});
    Discard();
  } else {
    SetPhase(Phase::kDone, options_.cancel_grace);
  }
}

void JobMaster::Enter(JobState state) {
  const Status moved = Transition(progress_.state, state);
  if (!moved.ok()) return Tell(LogLevel::kError, EventKind::kWarning, moved.message());
  progress_.entered[static_cast<std::size_t>(state)] = ToMillis(clock_.Wall());
  Tell(LogLevel::kInfo, EventKindOf(state), "job is " + std::string(ToString(state)));
}

void JobMaster::SetPhase(Phase phase, std::optional<Clock::Duration> deadline) {
  phase_ = phase;
  deadline_.reset();
  if (deadline) deadline_ = clock_.Now() + *deadline;
}

void JobMaster::Tell(LogLevel level, EventKind kind, std::string text) {
  events_.Add(ToMillis(clock_.Wall()), level, kind, text);
  Emit(Note{level, std::move(text)});
}

std::int64_t JobMaster::last_change_millis() const {
  return *std::max_element(progress_.entered.begin(), progress_.entered.end());
}

}  // namespace penstock
