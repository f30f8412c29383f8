#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/task_snapshot.h"
#include "common/file_system.h"
#include "common/status.h"
#include "common/task_snapshot.h"
#include "common/timestamp.h"
#include "graph/job_graph.h"
#include "wire/messages.h"

namespace penstock {

/// What one old subtask has stored.
struct StoredTask {
  TaskSnapshot files;
  SnapshotMetadata metadata;
};

/// One operator's state at one old subtask.
struct StoredOperator {
  const StoredTask& task;
  const SnapshotOperator& op;
};

/// How the state of a checkpoint finds its operators in a job that may have changed since.
struct RecoveryOptions {
  bool ignore_unclaimed = false;               ///< State that matches no operator is dropped.
  std::map<std::string, std::string> new_uid;  ///< By the uid in the checkpoint.
};

/// The checkpoint that a job starts from, as all tasks of a host see it: the metadata of all old
/// subtasks, verified. Immutable.
class RestoredCheckpoint {
 public:
  /// Reads and verifies every metadata file; table files are left to the tasks that need them.
  static Result<std::shared_ptr<const RestoredCheckpoint>> Read(FileSystem& fs,
                                                                const RestorePoint& point,
                                                                RecoveryOptions options);

  const std::string& directory() const { return directory_; }
  bool final() const { return final_; }
  CheckpointId checkpoint() const { return checkpoint_; }
  bool ignores_unclaimed() const { return options_.ignore_unclaimed; }

  /// All old subtasks that have state of the operator, in order of vertex and subtask. By uid,
  /// wherever it was chained; one without a uid only at its old place: `vertex`, and "#<position>"
  /// as uid.
  std::vector<StoredOperator> Find(VertexId vertex, const std::string& uid) const;
  /// The uid under which the checkpoint may have an operator of the job; empty: it is new.
  std::string StoredUid(const std::string& uid) const;

  /// What the input channels of a subtask of `vertex` had seen: its own watermarks when it is what
  /// it was, else for all the least that any of the old subtasks had that ran its operators.
  std::vector<Timestamp> InputWatermarks(SubtaskId subtask, const JobVertex& vertex,
                                         std::size_t channels) const;

  /// A user error naming each stored operator with a uid that is not among `uids`, the job's,
  /// unless that is to be ignored.
  Status CheckClaimed(const std::vector<std::string>& uids) const;

 private:
  RestoredCheckpoint() = default;
  bool IsUnchanged(const StoredTask& task, const JobVertex& vertex) const;

  std::string directory_;
  bool final_ = false;
  CheckpointId checkpoint_;
  RecoveryOptions options_;
  std::vector<StoredTask> tasks_;
};

}  // namespace penstock
