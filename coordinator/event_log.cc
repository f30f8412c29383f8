#include "coordinator/event_log.h"

#include <utility>

namespace penstock {

std::string_view ToString(EventKind kind) {
  switch (kind) {
    case EventKind::kSubmitted: return "submitted";
    case EventKind::kAdopted: return "adopted";
    case EventKind::kScheduling: return "scheduling";
    case EventKind::kDeploying: return "deploying";
    case EventKind::kRestored: return "restored";
    case EventKind::kFailure: return "failure";
    case EventKind::kRestart: return "restart";
    case EventKind::kCheckpoint: return "checkpoint";
    case EventKind::kCheckpointFailed: return "checkpoint-failed";
    case EventKind::kSavepoint: return "savepoint";
    case EventKind::kRescale: return "rescale";
    case EventKind::kStopping: return "stopping";
    case EventKind::kCancelling: return "cancelling";
    case EventKind::kWarning: return "warning";
    case EventKind::kCreated: return "created";
    case EventKind::kRunning: return "running";
    case EventKind::kFailing: return "failing";
    case EventKind::kFailed: return "failed";
    case EventKind::kCanceled: return "canceled";
    case EventKind::kFinished: return "finished";
    case EventKind::kRestarting: return "restarting";
  }
  return "warning";
}

EventKind EventKindOf(JobState state) {
  switch (state) {
    case JobState::kInitializing: return EventKind::kSubmitted;
    case JobState::kCreated: return EventKind::kCreated;
    case JobState::kRunning: return EventKind::kRunning;
    case JobState::kFailing: return EventKind::kFailing;
    case JobState::kFailed: return EventKind::kFailed;
    case JobState::kCancelling: return EventKind::kCancelling;
    case JobState::kCanceled: return EventKind::kCanceled;
    case JobState::kFinished: return EventKind::kFinished;
    case JobState::kRestarting: return EventKind::kRestarting;
    case JobState::kSuspended:
    case JobState::kReconciling: return EventKind::kAdopted;
  }
  return EventKind::kWarning;
}

void EventLog::Add(std::int64_t wall_millis, LogLevel level, EventKind kind, std::string text) {
  if (lines_.size() == kEvents) lines_.pop_front();
  lines_.push_back({++last_, wall_millis, level, kind, std::move(text)});
}

}  // namespace penstock
