#pragma once

#include <set>
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
    std::string start_from;  ///< Savepoint or checkpoint the job starts from; empty: none.
    bool claim = false;      ///< That one is deleted when newer checkpoints have replaced it.
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
  /// Except for what is in one of the `needed` directories.
  Status DropOld(const std::set<std::string>& needed);
  Status Run(const SaveProgress& effect);

 private:
  Status Save(const JobProgress& progress);
  Status Replace(const JobSpec& spec, const JobProgress& progress);
  Result<RestoreChoice> Begin(const PrepareAttempt& effect);
  Result<std::string> MakeDirectory(const MakeCheckpointDirectory& effect);
  Status DeleteClaimed(const std::set<std::string>& needed);

  FileSystem& fs_;
  JobStore& store_;
  const JobId job_;
  const Options options_;
  CheckpointStorage checkpoints_;
  Status last_save_;
  bool claimed_deleted_ = false;
};

}  // namespace penstock
