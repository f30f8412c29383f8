#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "common/ids.h"
#include "wire/messages.h"

namespace penstock {

/// A registered worker.
struct WorkerEntry {
  WorkerRegistration registration;
  Clock::MonotonicTime last_heartbeat;
  std::uint64_t resident_bytes = 0;
  std::uint64_t cpu_millis = 0;  ///< As in WorkerHeartbeat.
  double cpu_load = 0;           ///< Cores in use between the last two times it was measured.
  Clock::MonotonicTime measured_at{};
  std::uint32_t used_slots = 0;

  std::uint32_t free_slots() const { return registration.slots - used_slots; }
};

/// Slots given to a job: entry i is the worker of its slot i (JobGraph::first_slot).
struct SlotGrant {
  JobId job;
  std::vector<WorkerId> slots;
};

/// Workers, their slots and the jobs that wait for some. A job gets all its slots at once or waits.
/// Waiting jobs are served in the order of their requests; one that needs more than the cluster has
/// does not hold up those behind it. Coordinator thread only.
class SlotPool {
 public:
  /// All of these return the grants that have become possible.
  std::vector<SlotGrant> AddWorker(const WorkerRegistration& registration,
                                   Clock::MonotonicTime now);
  /// Its slots are gone from the pool and from every grant.
  std::vector<SlotGrant> RemoveWorker(WorkerId worker);
  /// Gives back what the job holds and asks anew, for `count` > 0 slots. One that held some is
  /// served first: a restart does not cost it its place.
  std::vector<SlotGrant> Request(JobId job, std::uint32_t count);
  /// Gives back what the job holds and ends its waiting.
  std::vector<SlotGrant> Release(JobId job);

  /// It lives.
  void Heartbeat(WorkerId worker, Clock::MonotonicTime now);
  void Heartbeat(WorkerId worker, const WorkerHeartbeat& measured, Clock::MonotonicTime now);
  /// Workers silent for longer than `timeout`.
  std::vector<WorkerId> Silent(Clock::MonotonicTime now, Clock::Duration timeout) const;

  const std::map<WorkerId, WorkerEntry>& workers() const { return workers_; }
  std::uint32_t total_slots() const;
  std::uint32_t free_slots() const;
  /// Slots that the job holds.
  std::uint32_t HeldBy(JobId job) const;
  /// The job of each slot of a worker that is in use.
  std::vector<JobId> JobsOn(WorkerId worker) const;
  /// In words, what a waiting job waits for; empty when it does not wait.
  std::string WaitingFor(JobId job) const;

 private:
  struct Waiting {
    JobId job;
    std::uint32_t count;
  };

  void GiveBack(JobId job);
  std::vector<SlotGrant> Serve();
  std::vector<WorkerId> Take(std::uint32_t count);

  std::map<WorkerId, WorkerEntry> workers_;
  std::map<JobId, std::vector<WorkerId>> held_;
  std::deque<Waiting> waiting_;
};

}  // namespace penstock
