#include "coordinator/slot_pool.h"

#include <algorithm>

#include <fmt/format.h>

namespace penstock {

std::vector<SlotGrant> SlotPool::AddWorker(const WorkerRegistration& registration,
                                           Clock::MonotonicTime now) {
  for (auto& [job, slots] : held_) std::erase(slots, registration.worker);
  workers_[registration.worker] = WorkerEntry{.registration = registration, .last_heartbeat = now};
  return Serve();
}

std::vector<SlotGrant> SlotPool::RemoveWorker(WorkerId worker) {
  workers_.erase(worker);
  for (auto& [job, slots] : held_) std::erase(slots, worker);
  return Serve();
}

std::vector<SlotGrant> SlotPool::Request(JobId job, std::uint32_t count) {
  const bool had_some = held_.contains(job);
  GiveBack(job);
  std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.job == job; });
  waiting_.insert(had_some ? waiting_.begin() : waiting_.end(), {job, count});
  return Serve();
}

std::vector<SlotGrant> SlotPool::Release(JobId job) {
  GiveBack(job);
  std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.job == job; });
  return Serve();
}

void SlotPool::GiveBack(JobId job) {
  const auto held = held_.find(job);
  if (held == held_.end()) return;
  for (const WorkerId worker : held->second) --workers_.at(worker).used_slots;
  held_.erase(held);
}

std::vector<SlotGrant> SlotPool::Serve() {
  std::vector<SlotGrant> grants;
  const std::uint32_t total = total_slots();
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    if (next->count <= free_slots()) {
      std::vector<WorkerId> slots = Take(next->count);
      held_[next->job] = slots;
      grants.push_back({next->job, std::move(slots)});
      next = waiting_.erase(next);
    } else if (next->count <= total) {
      break;  // it is its turn as soon as enough slots are given back
    } else {
      ++next;
    }
  }
  return grants;
}

std::vector<WorkerId> SlotPool::Take(std::uint32_t count) {
  std::vector<WorkerId> slots;
  while (slots.size() < count) {
    const auto emptiest = std::max_element(
        workers_.begin(), workers_.end(),
        [](const auto& a, const auto& b) { return a.second.free_slots() < b.second.free_slots(); });
    ++emptiest->second.used_slots;
    slots.push_back(emptiest->first);
  }
  return slots;
}

void SlotPool::Heartbeat(WorkerId worker, Clock::MonotonicTime now) {
  const auto entry = workers_.find(worker);
  if (entry != workers_.end()) entry->second.last_heartbeat = now;
}

void SlotPool::Heartbeat(WorkerId worker, const WorkerHeartbeat& measured,
                         Clock::MonotonicTime now) {
  Heartbeat(worker, now);
  const auto found = workers_.find(worker);
  if (found == workers_.end()) return;
  WorkerEntry& entry = found->second;
  const double passed = std::chrono::duration<double, std::milli>(now - entry.measured_at).count();
  // The time of task hosts that have ended is not in it any more.
  const std::uint64_t used = measured.cpu_millis - std::min(measured.cpu_millis, entry.cpu_millis);
  const bool again = entry.measured_at != Clock::MonotonicTime() && passed > 0;
  if (again) entry.cpu_load = static_cast<double>(used) / passed;
  entry.measured_at = now;
  entry.cpu_millis = measured.cpu_millis;
  entry.resident_bytes = measured.resident_bytes;
}

std::vector<WorkerId> SlotPool::Silent(Clock::MonotonicTime now, Clock::Duration timeout) const {
  std::vector<WorkerId> silent;
  for (const auto& [id, entry] : workers_) {
    if (now - entry.last_heartbeat > timeout) silent.push_back(id);
  }
  return silent;
}

std::uint32_t SlotPool::total_slots() const {
  std::uint32_t total = 0;
  for (const auto& [id, entry] : workers_) total += entry.registration.slots;
  return total;
}

std::uint32_t SlotPool::free_slots() const {
  std::uint32_t free = 0;
  for (const auto& [id, entry] : workers_) free += entry.free_slots();
  return free;
}

std::uint32_t SlotPool::HeldBy(JobId job) const {
  const auto held = held_.find(job);
  return held == held_.end() ? 0 : static_cast<std::uint32_t>(held->second.size());
}

std::vector<JobId> SlotPool::JobsOn(WorkerId worker) const {
  std::vector<JobId> jobs;
  for (const auto& [job, slots] : held_) {
    jobs.insert(jobs.end(),
                static_cast<std::size_t>(std::count(slots.begin(), slots.end(), worker)), job);
  }
  return jobs;
}

std::string SlotPool::WaitingFor(JobId job) const {
  for (const Waiting& waiting : waiting_) {
    if (waiting.job != job) continue;
    return fmt::format("waiting for {} slots: {} of {} free on {} workers", waiting.count,
                       free_slots(), total_slots(), workers_.size());
  }
  return "";
}

}  // namespace penstock
