#pragma once

#include <string>

#include "checkpoint/storage.h"
#include "coordinator/job_events.h"
#include "coordinator/job_store.h"
#include "coordinator/restore_choice.h"

namespace penstock {

/// Does what a JobMaster wants stored or read: the effects that touch a disk. One thread at a time.
class JobStorage {
 public:
  struct Options {
    std::string checkpoint_directory;
    std::size_t retained = 3;
    bool transactional = false;
  };
  /// `fs` and `store` outlive this.
  JobStorage(FileSystem& fs, JobStore& store, JobId job, Options options);

  const std::string& job_directory() const { return checkpoints_.job_directory(); }
  /// How storing the progress went last.
  const Status& last_save() const { return last_save_; }

  AttemptPrepared Run(const PrepareAttempt& effect);
  CheckpointDirectoryMade Run(const MakeCheckpointDirectory& effect);
  DecisionWritten Run(const WriteDecision& effect);
  Status Run(const DropCheckpoint& effect);
  Status Run(const DropOldCheckpoints& effect);
  Status Run(const SaveProgress& effect);

 private:
  Status Save(const JobProgress& progress);
  Status Replace(const JobSpec& spec, const JobProgress& progress);
  Result<RestoreChoice> Begin(const PrepareAttempt& effect);
  Result<std::string> MakeDirectory(const MakeCheckpointDirectory& effect);

  JobStore& store_;
  const JobId job_;
  const Options options_;
  CheckpointStorage checkpoints_;
  Status last_save_;
};

}  // namespace penstock
