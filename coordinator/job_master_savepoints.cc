// The part of JobMaster that fulfils wishes of users: checkpoints, savepoints, stopping.

#include <fmt/format.h>

#include "coordinator/job_master.h"

namespace penstock {

Status JobMaster::CheckStop(const StopJob& stop) const {
  const std::string job = ToString(spec_.id);
  if (IsTerminal(state()) || progress_.goal == JobGoal::kCancel) {
    return Status::User(ErrorCode::kConflict,
                        fmt::format("job {} cannot be stopped: it is {}", job, ToString(state())),
                        "see what happened to it: penstock logs " + job);
  }
  if (progress_.goal != JobGoal::kStop) return {};
  const std::string& directory = progress_.stop_directory;
  if (!stop.directory.empty() && !directory.empty() && stop.directory != directory) {
    return Status::User(
        ErrorCode::kConflict,
        fmt::format("job {} is being stopped already, with a savepoint in {}", job, directory),
        "wait for it: penstock wait " + job);
  }
  if (stop.drain && !progress_.drain) {
    return Status::User(ErrorCode::kConflict,
                        fmt::format("job {} is being stopped already, without --drain", job),
                        "wait for it: penstock wait " + job);
  }
  return {};
}

Status JobMaster::CheckSnapshot() const {
  if (!IsTerminal(state()) && progress_.goal != JobGoal::kCancel) return {};
  return Status::User(ErrorCode::kConflict,
                      fmt::format("no checkpoint of job {} can be taken: it is {}",
                                  ToString(spec_.id), ToString(state())),
                      "see what happened to it: penstock logs " + ToString(spec_.id));
}

std::string JobMaster::needed_to_start() const {
  const bool own = progress_.last_completed != CheckpointId();
  return IsTerminal(state()) || own ? "" : options_.start_from;
}

void JobMaster::On(const StopJob& stop) {
  if (Status allowed = CheckStop(stop); !allowed.ok()) return Answer(stop.trigger, allowed);
  if (target_) GiveUpRescale("the job is being stopped");
  const bool again = progress_.goal == JobGoal::kStop;
  progress_.goal = JobGoal::kStop;
  progress_.drain = progress_.drain || stop.drain;
  if (progress_.stop_directory.empty()) progress_.stop_directory = stop.directory;
  if (!stop.trigger.is_none()) stops_.push_back(stop.trigger);
  if (!again)
    Tell(LogLevel::kInfo, EventKind::kStopping,
         "stopping: sources end, then a final checkpoint is taken");
  Emit(SaveProgress{progress_});
  if (phase_ == Phase::kRunning && !again) SendToAll(StopSources{progress_.drain});
  if (phase_ == Phase::kFinishing) ExportFinal();
}

void JobMaster::On(const RequestSnapshot& request) {
  if (phase_ != Phase::kRunning) {
    return Answer(request.trigger,
                  Status::User(ErrorCode::kConflict,
                               fmt::format("no checkpoint of job {} can be taken: not all of its "
                                           "tasks run, it is {}",
                                           ToString(spec_.id), ToString(state())),
                               "ask again when it runs: penstock list"));
  }
  if (request.cancel && target_) GiveUpRescale("the job is to end with a savepoint");
  requests_.emplace(request.trigger, request);
  Tell(LogLevel::kInfo, request.directory.empty() ? EventKind::kCheckpoint : EventKind::kSavepoint,
       request.directory.empty() ? "a checkpoint was asked for"
                                 : "a savepoint in " + request.directory + " was asked for");
  Apply(checkpoints_.Request({request.trigger, !request.directory.empty()}));
}

void JobMaster::Do(const AnswerRequest& action) {
  const auto found = requests_.find(action.request);
  if (found == requests_.end()) return;
  const RequestSnapshot request = found->second;
  if (!action.checkpoint.ok()) return Answer(request.trigger, action.checkpoint.status());
  if (request.directory.empty()) {
    return Answer(request.trigger, SnapshotTaken{*action.checkpoint, ""});
  }
  // Nothing may be committed any more that the savepoint doesn't have.
  if (request.cancel) checkpoints_.Hold();
  Emit(ExportSavepoint{request.trigger, *action.checkpoint, request.directory});
}

void JobMaster::On(const SavepointExported& exported) {
  if (exported.path.ok()) {
    checkpoints_.statistics().Exported(exported.checkpoint, *exported.path);
    Tell(LogLevel::kInfo, EventKind::kSavepoint, "savepoint " + *exported.path + " is complete");
  } else {
    Tell(LogLevel::kError, EventKind::kSavepoint, exported.path.status().message());
  }
  if (exported.trigger.is_none()) return OnFinalExported(exported);
  const auto found = requests_.find(exported.trigger);
  if (found == requests_.end()) return;
  const bool cancel = found->second.cancel;
  if (!exported.path.ok()) {
    if (cancel) checkpoints_.Release();
    return Answer(exported.trigger, exported.path.status());
  }
  Answer(exported.trigger, SnapshotTaken{exported.checkpoint, *exported.path});
  if (cancel) On(CancelJob{});
}

void JobMaster::OnFinalExported(const SavepointExported& exported) {
  exporting_final_ = false;
  final_export_ = exported.path.status();
  if (exported.path.ok()) {
    progress_.savepoint = *exported.path;
    Emit(SaveProgress{progress_});
  } else {
    final_export_ = Status::Error(
        final_export_.domain(), final_export_.code(), final_export_.message(),
        fmt::format("the state is kept; start from it with: penstock run -s {}/completed/{}",
                    options_.checkpoint_directory, ToString(exported.checkpoint)));
  }
  FinishWhenDone();
}

void JobMaster::BeginFinishing(CheckpointId checkpoint) {
  final_checkpoint_ = checkpoint;
  SetPhase(Phase::kFinishing, options_.finish_timeout);
  ExportFinal();
}

void JobMaster::ExportFinal() {
  const bool wanted = progress_.goal == JobGoal::kStop && !progress_.stop_directory.empty() &&
                      progress_.savepoint.empty();
  if (!wanted || exporting_final_) return;
  exporting_final_ = true;
  final_export_ = Status();
  Emit(ExportSavepoint{TriggerId(), final_checkpoint_, progress_.stop_directory});
}

void JobMaster::FinishWhenDone() {
  if (phase_ != Phase::kFinishing || !AllHosts(HostPhase::kFinished)) return;
  executions_.SetAll(TaskState::kFinished);
  // All is committed; only the savepoint may be missing, and it takes as long as it takes.
  if (exporting_final_) return SetPhase(Phase::kFinishing);
  EndJob(JobState::kFinished);
}

void JobMaster::AnswerStops() {
  Result<SnapshotTaken> outcome = SnapshotTaken{final_checkpoint_, progress_.savepoint};
  if (state() != JobState::kFinished) {
    outcome = Status::User(
        ErrorCode::kFailed,
        fmt::format("job {} was not stopped: it is {}", ToString(spec_.id), ToString(state())),
        "see what happened to it: penstock logs " + ToString(spec_.id));
  } else if (!final_export_.ok()) {
    outcome = final_export_;
  }
  for (const TriggerId trigger : stops_) Answer(trigger, outcome);
  stops_.clear();
}

void JobMaster::Answer(TriggerId trigger, Result<SnapshotTaken> outcome) {
  requests_.erase(trigger);
  if (!trigger.is_none()) Emit(AnswerTrigger{trigger, std::move(outcome)});
}

void JobMaster::Discard() {
  if (progress_.discard_checkpoints) Emit(DiscardCheckpoints{});
}

}  // namespace penstock
