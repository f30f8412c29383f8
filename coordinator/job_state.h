#pragma once

#include <optional>
#include <string_view>

#include "common/status.h"

namespace penstock {

/// Flink's job states.
///
///     INITIALIZING → CREATED → RUNNING → FINISHED
///                       │  ╲      │ ╲
///                       │   FAILING  CANCELLING → CANCELED
///                       │    │   ╲
///                       │  FAILED RESTARTING → RUNNING
///
/// CREATED: waits for slots or is deployed for the first time. RESTARTING: the same after a
/// failure, or for another parallelism, when RUNNING leads there at once. FAILING and CANCELLING:
/// task hosts are ending. SUSPENDED: the coordinator stops, the job will go on with the next one.
/// RECONCILING: adopted by a restarted coordinator.
enum class JobState : unsigned char {
  kInitializing,
  kCreated,
  kRunning,
  kFailing,
  kFailed,
  kCancelling,
  kCanceled,
  kFinished,
  kRestarting,
  kSuspended,
  kReconciling,
};
inline constexpr int kJobStates = 11;

/// As Flink spells it: "RUNNING".
std::string_view ToString(JobState state);
std::optional<JobState> ParseJobState(std::string_view text);

/// FAILED, CANCELED and FINISHED: nothing follows.
bool IsTerminal(JobState state);

/// Moves `state` along an edge of the diagram; an internal error, and no change, for any other
/// pair. From every state that is not terminal there is also an edge to SUSPENDED.
Status Transition(JobState& state, JobState to);

}  // namespace penstock
