#include "coordinator/trigger_log.h"

namespace penstock {

void TriggerLog::Begin(TriggerId id, JobId job) {
  if (!entries_.emplace(id, Entry{job, std::nullopt}).second) return;
  order_.push_back(id);
  if (order_.size() <= kRemembered) return;
  entries_.erase(order_.front());
  order_.pop_front();
}

void TriggerLog::End(TriggerId id, const Outcome& outcome) {
  const auto found = entries_.find(id);
  if (found != entries_.end()) found->second.outcome = outcome;
}

const TriggerLog::Entry* TriggerLog::Find(TriggerId id, JobId job) const {
  const auto found = entries_.find(id);
  return found != entries_.end() && found->second.job == job ? &found->second : nullptr;
}

}  // namespace penstock
