#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "common/ids.h"
#include "common/status.h"
#include "coordinator/job_state.h"

namespace penstock {

/// What the user wants of a job; survives restarts of the coordinator.
enum class JobGoal : unsigned char { kRun, kStop, kCancel };

/// Attempts count from 0, generations from 1.
inline std::uint64_t AttemptOf(Generation generation) {
  return generation.value() == 0 ? 0 : generation.value() - 1;
}

/// What followed from a failure.
struct JobConsequence {
  std::string message;
  std::int64_t wall_millis = 0;  ///< 0: not known.
  std::string task{};            ///< As in JobFailure.
  std::string worker{};          ///< As in JobFailure.
  bool operator==(const JobConsequence&) const = default;
};

/// Why an attempt ended. The first cause; what followed from it is listed beneath.
struct JobFailure {
  std::int64_t wall_millis = 0;
  std::string message;
  std::string hint;
  std::string task;    ///< "window (2/4)"; empty when it is not one task's.
  std::string worker;  ///< Id of the worker; empty when unknown.
  std::vector<JobConsequence> followed_by;
  std::string operator_name{};  ///< Empty when it is not one operator's.
  Generation generation{};      ///< Of the attempt; 0: not known.
  std::string stack{};          ///< Where the process crashed, for people; empty when it did not.
  bool operator==(const JobFailure&) const = default;
};

/// What changes of a job while it runs, as the job store keeps it (docs/formats/job-store.md).
struct JobProgress {
  static constexpr std::size_t kFailures = 16;

  JobState state = JobState::kInitializing;
  JobGoal goal = JobGoal::kRun;
  Generation generation;        ///< The newest that was ever used; 0 before the first.
  CheckpointId last_used;       ///< The newest checkpoint id that was ever used.
  CheckpointId last_completed;  ///< Of the newest that is known to be decided; may lag behind.
  std::uint64_t restarts = 0;
  std::int64_t submitted_millis = 0;
  std::int64_t end_millis = 0;                     ///< 0 before a terminal state.
  std::array<std::int64_t, kJobStates> entered{};  ///< When each state was last entered; 0: never.
  std::vector<JobFailure> failures;                ///< Newest first, at most kFailures.
  bool drain = false;          ///< With JobGoal::kStop: what windows hold comes out first.
  std::string stop_directory;  ///< Where the final checkpoint goes as a savepoint; empty: nowhere.
  std::string savepoint;       ///< That savepoint, once it is there.
  /// The job has ended and its checkpoints are to be deleted, if they are not yet.
  bool discard_checkpoints = false;
  bool operator==(const JobProgress&) const = default;
};

}  // namespace penstock
