#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "common/clock.h"
#include "worker/task/task.h"

namespace penstock {

/// Finds tasks that have been inside one call for long. Pure; one thread.
class StallWatch {
 public:
  static constexpr std::chrono::seconds kLimit{10};

  /// How long the task has been in its call, once per call that passes the limit.
  std::optional<std::chrono::seconds> Observe(SubtaskId subtask, const Task::Progress& progress,
                                              Clock::MonotonicTime now) {
    Seen& seen = seen_[subtask];
    if (progress.waiting || progress.steps != seen.steps || seen.since == Clock::MonotonicTime{}) {
      seen = {progress.steps, now, false};
      return std::nullopt;
    }
    if (seen.reported || now - seen.since < kLimit) return std::nullopt;
    seen.reported = true;
    return std::chrono::duration_cast<std::chrono::seconds>(now - seen.since);
  }

 private:
  struct Seen {
    std::uint64_t steps = 0;
    Clock::MonotonicTime since{};
    bool reported = false;
  };
  std::map<SubtaskId, Seen> seen_;
};

}  // namespace penstock
