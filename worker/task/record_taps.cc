#include "worker/task/record_taps.h"

#include <algorithm>
#include <chrono>

namespace penstock {

RecordTap& RecordTaps::Add(SubtaskId subtask, std::uint32_t position,
                           const std::string& operator_name, const EdgeType& type,
                           const Clock& clock) {
  auto tap = std::make_unique<RecordTap>(RecordTap::Place{subtask, operator_name}, type, clock);
  MutexLock lock(mu_);
  return *taps_[{subtask.vertex, position}].emplace_back(std::move(tap));
}

std::vector<RecordTap*> RecordTaps::Find(const Place& place) {
  MutexLock lock(mu_);
  std::vector<RecordTap*> found;
  if (const auto taps = taps_.find(place); taps != taps_.end()) {
    for (const auto& tap : taps->second) found.push_back(tap.get());
    std::rotate(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(turn_++ % found.size()),
                found.end());
  }
  return found;
}

Result<std::string> RecordTaps::Tail(const TailRecords& query) {
  const std::vector<RecordTap*> taps = Find({query.vertex, query.position});
  if (taps.empty()) return Status::NotFound("no task here shows the records of that operator");
  std::vector<TappedRecords> collected;
  std::uint64_t not_shown = 0;
  for (RecordTap* tap : taps) {
    tap->Watch(std::chrono::milliseconds(query.lease_millis), query.max_records);
    collected.push_back(tap->Collect());
    not_shown += collected.back().not_shown + collected.back().lines.size();
  }
  std::string lines;
  std::uint64_t shown = 0;
  bool more = true;
  for (std::size_t row = 0; more; ++row) {
    more = false;
    for (const TappedRecords& records : collected) {
      if (row >= records.lines.size() || shown == query.max_records) continue;
      lines += "\n" + records.lines[row];
      ++shown;
      more = true;
    }
  }
  return std::to_string(not_shown - shown) + lines;
}

}  // namespace penstock
