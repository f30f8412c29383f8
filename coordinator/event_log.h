#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "common/config/options.h"
#include "coordinator/job_state.h"

namespace penstock {

/// What kind of thing has happened to a job. The last ones say that it has entered a state.
enum class EventKind : unsigned char {
  kSubmitted,
  kAdopted,     ///< A coordinator that was started again goes on with it.
  kScheduling,  ///< It waits for slots.
  kDeploying,
  kRestored,
  kFailure,
  kRestart,
  kCheckpoint,  ///< The first of a generation, one that was asked for, or the final one.
  kCheckpointFailed,
  kSavepoint,
  kRescale,
  kStopping,
  kCancelling,
  kWarning,
  kCreated,
  kRunning,
  kFailing,
  kFailed,
  kCanceled,
  kFinished,
  kRestarting,
};
/// "checkpoint-failed"
std::string_view ToString(EventKind kind);
EventKind EventKindOf(JobState state);

/// One line of a job's event log.
struct JobEventLine {
  std::uint64_t id = 0;  ///< From 1, without gaps, anew in each coordinator process.
  std::int64_t wall_millis = 0;
  LogLevel level = LogLevel::kInfo;
  EventKind kind = EventKind::kWarning;
  std::string text;
};

/// The newest events of a job, in memory. Not thread-safe.
class EventLog {
 public:
  static constexpr std::size_t kEvents = 1000;

  void Add(std::int64_t wall_millis, LogLevel level, EventKind kind, std::string text);

  /// Oldest first.
  const std::deque<JobEventLine>& lines() const { return lines_; }
  /// Id of the newest; 0 when nothing has happened.
  std::uint64_t last() const { return last_; }

 private:
  std::deque<JobEventLine> lines_;
  std::uint64_t last_ = 0;
};

}  // namespace penstock
