#pragma once

#include <deque>
#include <map>
#include <optional>

#include "common/ids.h"
#include "common/status.h"
#include "coordinator/job_events.h"

namespace penstock {

/// What users have asked for that takes a while, and what became of it, for when they ask again.
/// Remembers the newest, since the coordinator started. Coordinator thread only.
class TriggerLog {
 public:
  static constexpr std::size_t kRemembered = 1024;
  using Outcome = Result<SnapshotTaken>;

  /// `job` is none for what concerns no job. An id that is known keeps its entry.
  void Begin(TriggerId id, JobId job);
  void End(TriggerId id, const Outcome& outcome);

  struct Entry {
    JobId job;
    std::optional<Outcome> outcome;  ///< None while it goes on.
  };
  /// Null unless it is known and of that job.
  const Entry* Find(TriggerId id, JobId job) const;

 private:
  std::map<TriggerId, Entry> entries_;
  std::deque<TriggerId> order_;  // oldest first
};

}  // namespace penstock
