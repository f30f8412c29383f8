#include "coordinator/job_state.h"

#include <array>
#include <string>

namespace penstock {
namespace {

constexpr std::array<std::string_view, kJobStates> kNames{
    "INITIALIZING", "CREATED",  "RUNNING",    "FAILING",   "FAILED",     "CANCELLING",
    "CANCELED",     "FINISHED", "RESTARTING", "SUSPENDED", "RECONCILING"};

bool IsEdge(JobState from, JobState to) {
  using enum JobState;
  if (IsTerminal(from)) return false;
  if (to == kSuspended) return from != kSuspended;
  switch (from) {
    case kInitializing: return to == kCreated || to == kReconciling || to == kFailed;
    case kReconciling:
      return to == kCreated || to == kRunning || to == kRestarting || to == kFailing;
    case kCreated:
    case kRestarting: return to == kRunning || to == kFailing || to == kCancelling;
    case kRunning:
      return to == kFinished || to == kFailing || to == kCancelling || to == kRestarting;
    case kFailing: return to == kRestarting || to == kFailed || to == kCancelling;
    case kCancelling: return to == kCanceled;
    case kSuspended: return to == kInitializing;
    default: return false;
  }
}

}  // namespace

std::string_view ToString(JobState state) { return kNames[static_cast<std::size_t>(state)]; }

std::optional<JobState> ParseJobState(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<JobState>(i);
  }
  return std::nullopt;
}

bool IsTerminal(JobState state) {
  return state == JobState::kFailed || state == JobState::kCanceled || state == JobState::kFinished;
}

Status Transition(JobState& state, JobState to) {
  if (!IsEdge(state, to)) {
    return Status::Internal("a job cannot go from " + std::string(ToString(state)) + " to " +
                            std::string(ToString(to)));
  }
  state = to;
  return {};
}

}  // namespace penstock
