// The part of JobMaster that gives a job another parallelism.

#include <algorithm>

#include <fmt/format.h>

#include "coordinator/job_master.h"

namespace penstock {
namespace {

/// The one that was asked for.
std::uint32_t ParallelismOf(const JobSpec& spec) {
  const auto config = Configuration::FromMap(spec.configuration);
  return config.ok() ? static_cast<std::uint32_t>(config->Get(options::kParallelism)) : 0;
}

}  // namespace

std::string_view ToString(RescaleStatus status) {
  switch (status) {
    case RescaleStatus::kInProgress: return "IN_PROGRESS";
    case RescaleStatus::kCompleted: return "COMPLETED";
    case RescaleStatus::kUnchanged: return "UNCHANGED";
    case RescaleStatus::kGivenUp: return "GIVEN_UP";
  }
  return "";
}

bool JobMaster::EndsWithSavepoint() const {
  return std::any_of(requests_.begin(), requests_.end(),
                     [](const auto& request) { return request.second.cancel; });
}

Status JobMaster::CheckRescale() const {
  const char* reason = nullptr;
  if (phase_ == Phase::kRunning && checkpoints_.final_wanted()) reason = "has read all its input";
  if (phase_ == Phase::kFinishing) reason = "is committing its last results";
  if (EndsWithSavepoint()) reason = "is to end with a savepoint";
  if (progress_.goal == JobGoal::kStop) reason = "is being stopped";
  if (progress_.goal == JobGoal::kCancel) reason = "is being cancelled";
  if (IsTerminal(state())) reason = "has ended";
  if (reason == nullptr) return {};
  return Status::User(ErrorCode::kConflict,
                      fmt::format("job {} cannot be rescaled: it {} ({})", ToString(spec_.id),
                                  reason, ToString(state())),
                      "submit it anew with the parallelism that you want");
}

void JobMaster::On(const RescaleJob& rescale) {
  if (!CheckRescale().ok()) return;
  if (target_ && rescale.graph == target_->graph) return;
  const std::uint32_t parallelism = ParallelismOf(rescale.spec);
  if (target_) GiveUpRescale(fmt::format("parallelism {} was asked for instead", parallelism));
  if (rescale.graph == graph_) {
    // What was not started yet, perhaps since it waits for slots, is going to be completed.
    const bool running = phase_ == Phase::kRunning;
    rescale_ = {parallelism, running ? RescaleStatus::kUnchanged : RescaleStatus::kInProgress};
    return;
  }
  target_ = rescale;
  rescale_ = {parallelism, RescaleStatus::kInProgress};
  Tell(LogLevel::kInfo, EventKind::kRescale,
       fmt::format("is to be rescaled to parallelism {}", parallelism));
  if (phase_ == Phase::kRunning) return RequestRescaleCheckpoint();
  if (phase_ == Phase::kWaitingForSlots) return BeginAttempt();
}

void JobMaster::RequestRescaleCheckpoint() {
  SetPhase(Phase::kRunning, options_.checkpoints.timeout);
  Apply(checkpoints_.RequestSoon());
}

void JobMaster::EndForRescale() {
  Tell(LogLevel::kInfo, EventKind::kRescale, "the attempt ends to be rescaled");
  Enter(JobState::kRestarting);
  Apply(checkpoints_.End("the job is being rescaled"));
  executions_.SetAll(TaskState::kCanceled);
  SetPhase(Phase::kEnding);
  Emit(SaveProgress{progress_});
  KillHosts();
  if (AllGone()) OnAllGone();
}

bool JobMaster::EndingForRescale() const {
  return phase_ == Phase::kEnding && state() == JobState::kRestarting;
}

void JobMaster::TakeTarget() {
  spec_ = std::move(target_->spec);
  graph_ = std::move(target_->graph);
  target_.reset();
  spec_stored_ = false;
}

void JobMaster::CompleteRescale() {
  if (target_ || !rescale_ || rescale_->status != RescaleStatus::kInProgress) return;
  rescale_->status = RescaleStatus::kCompleted;
  Tell(LogLevel::kInfo, EventKind::kRescale,
       fmt::format("runs with parallelism {}", rescale_->parallelism));
}

void JobMaster::GiveUpRescale(const std::string& reason) {
  if (!rescale_ || rescale_->status != RescaleStatus::kInProgress) return;
  rescale_->status = RescaleStatus::kGivenUp;
  rescale_->reason = reason;
  target_.reset();
  checkpoints_.WithdrawRequest();
  if (phase_ == Phase::kRunning) deadline_.reset();
  Tell(LogLevel::kWarn, EventKind::kRescale,
       fmt::format("the rescale to parallelism {} is given up: {}", rescale_->parallelism, reason));
}

}  // namespace penstock
