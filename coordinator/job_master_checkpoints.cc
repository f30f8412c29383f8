// The part of JobMaster that turns checkpoint decisions into effects.

#include "coordinator/job_master.h"

namespace penstock {

void JobMaster::On(const CheckpointDirectoryMade& made) {
  if (phase_ != Phase::kRunning || made.generation != progress_.generation) return;
  Apply(checkpoints_.OnPrepared(made.checkpoint, made.directory));
}

void JobMaster::On(const DecisionWritten& written) {
  if (phase_ != Phase::kRunning || written.generation != progress_.generation) return;
  Apply(checkpoints_.OnDecided(written.checkpoint, written.outcome));
}

void JobMaster::Apply(CheckpointActions actions) {
  for (const CheckpointAction& action : actions) {
    std::visit([this](const auto& a) { Do(a); }, action);
  }
}

void JobMaster::Do(const PrepareCheckpoint& action) {
  progress_.last_used = action.checkpoint;
  Emit(MakeCheckpointDirectory{progress_, action.checkpoint});
}

void JobMaster::Do(const SendTriggers& action) { SendToAll(action.trigger); }

void JobMaster::Do(const DecideCheckpoint& action) {
  CheckpointManifest manifest;
  manifest.job = spec_.id;
  manifest.job_name = spec_.name;
  manifest.generation = progress_.generation;
  manifest.checkpoint = action.checkpoint;
  manifest.final = action.final;
  manifest.created_millis = ToMillis(clock_.Wall());
  manifest.graph_hash = JobGraphHash(graph_);
  for (const JobVertex& vertex : graph_.vertices) {
    manifest.vertices.push_back({vertex.id, vertex.parallelism, vertex.max_parallelism});
  }
  manifest.tasks = action.tasks;
  Emit(WriteDecision{std::move(manifest)});
}

void JobMaster::Do(const AbortCheckpoint& action) {
  Tell(LogLevel::kWarn, EventKind::kCheckpointFailed, action.warning);
  Emit(DropCheckpoint{action.checkpoint});
}

void JobMaster::Do(const CommitCheckpoint& action) {
  progress_.last_completed = action.completed.checkpoint;
  if (action.completed.final) {
    Tell(LogLevel::kInfo, EventKind::kCheckpoint,
         "final checkpoint " + ToString(action.completed.checkpoint) +
             " is complete; results are being committed");
    BeginFinishing(action.completed.checkpoint);
  }
  if (first_checkpoint_ && !action.completed.final) {
    Tell(LogLevel::kInfo, EventKind::kCheckpoint,
         "checkpoint " + ToString(action.completed.checkpoint) +
             " is complete, the first of this generation");
  }
  first_checkpoint_ = false;
  SendToAll(action.completed);
  Emit(SaveProgress{progress_});
  Emit(DropOldCheckpoints{});
  if (target_ && !action.completed.final) EndForRescale();
}

void JobMaster::Do(const LoseCheckpoint& action) { Fail({.status = action.reason}); }

}  // namespace penstock
