#include "coordinator/job_storage.h"

namespace penstock {

JobStorage::JobStorage(FileSystem& fs, JobStore& store, JobId job, Options options)
    : store_(store),
      job_(job),
      options_(std::move(options)),
      checkpoints_(fs, options_.checkpoint_directory, job) {}

AttemptPrepared JobStorage::Run(const PrepareAttempt& effect) {
  AttemptPrepared prepared;
  prepared.generation = effect.progress.generation;
  auto choice = Begin(effect);
  prepared.status = choice.status();
  if (!choice.ok()) return prepared;
  prepared.restore = std::move(choice->point);
  prepared.newest = choice->newest;
  prepared.warnings = std::move(choice->warnings);
  return prepared;
}

Result<RestoreChoice> JobStorage::Begin(const PrepareAttempt& effect) {
  PENSTOCK_RETURN_IF_ERROR(effect.spec ? Replace(*effect.spec, effect.progress)
                                       : Save(effect.progress));
  PENSTOCK_RETURN_IF_ERROR(checkpoints_.Fence(effect.progress.generation));
  return ChooseRestorePoint(checkpoints_, {.last_completed = effect.progress.last_completed,
                                           .transactional = options_.transactional,
                                           .unreadable = effect.unreadable});
}

CheckpointDirectoryMade JobStorage::Run(const MakeCheckpointDirectory& effect) {
  return {effect.progress.generation, effect.checkpoint, MakeDirectory(effect)};
}

Result<std::string> JobStorage::MakeDirectory(const MakeCheckpointDirectory& effect) {
  PENSTOCK_RETURN_IF_ERROR(Save(effect.progress));
  return checkpoints_.PreparePending(effect.checkpoint);
}

DecisionWritten JobStorage::Run(const WriteDecision& effect) {
  return {effect.manifest.generation, effect.manifest.checkpoint,
          checkpoints_.Decide(effect.manifest)};
}

Status JobStorage::Run(const DropCheckpoint& effect) {
  return checkpoints_.AbortPending(effect.checkpoint);
}

Status JobStorage::Run(const DropOldCheckpoints&) { return checkpoints_.Retain(options_.retained); }

Status JobStorage::Run(const SaveProgress& effect) { return Save(effect.progress); }

Status JobStorage::Save(const JobProgress& progress) {
  last_save_ = store_.SaveProgress(job_, progress);
  return last_save_;
}

Status JobStorage::Replace(const JobSpec& spec, const JobProgress& progress) {
  last_save_ = store_.Replace({spec, progress});
  return last_save_;
}

}  // namespace penstock
