#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/task_snapshot.h"
#include "common/state_schema.h"
#include "common/status.h"

namespace penstock {

/// An operator of a job, and what it keeps.
struct OperatorStates {
  std::string uid;
  std::string name;
  bool stateful = false;              ///< Also without keyed states: a source has a position.
  std::uint32_t max_parallelism = 0;  ///< Of its vertex.
  std::vector<StateSchema> states;
};

struct RestoreCheckOptions {
  /// Stored state that matches nothing in the job is dropped instead of being a problem.
  bool allow_non_restored = false;
  /// Stored uid → uid in the job.
  std::map<std::string, std::string> uid_mapping;
};

/// "old=new,old2=new2"; blanks around names don't count.
Result<std::map<std::string, std::string>> ParseUidMapping(std::string_view text);

/// How a checkpoint and a job go together, in sentences for people.
struct RestoreReport {
  std::vector<std::string> problems;
  std::vector<std::string> notes;  ///< What is new, dropped, renamed and migrated.

  bool fits() const { return problems.empty(); }
  /// OK when it fits; else one user error with all problems.
  Status ToStatus() const;
};

/// Whether a job with the operators `job`, all that have a uid, can begin with the state of a
/// checkpoint; `stored` is the metadata of all its tasks. New operators and states begin empty.
RestoreReport CheckRestore(const std::vector<SnapshotMetadata>& stored,
                           const std::vector<OperatorStates>& job,
                           const RestoreCheckOptions& options);

}  // namespace penstock
