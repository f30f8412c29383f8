#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/mutex.h"
#include "common/status.h"
#include "wire/query.h"
#include "worker/task/record_tap.h"

namespace penstock {

/// All places of a task host where records can be watched. Thread-safe.
class RecordTaps {
 public:
  /// For the operator at `position` of the subtask's chain; `type` and `clock` as for RecordTap.
  /// The tap lives as long as this, which outlives the task.
  RecordTap& Add(SubtaskId subtask, std::uint32_t position, const std::string& operator_name,
                 const EdgeType& type, const Clock& clock) EXCLUDES(mu_);

  /// Answers the query, and keeps the operator's taps open for its lease. Subtasks take turns when
  /// there is more to show than is asked for.
  Result<std::string> Tail(const TailRecords& query) EXCLUDES(mu_);

 private:
  using Place = std::pair<VertexId, std::uint32_t>;

  std::vector<RecordTap*> Find(const Place& place) EXCLUDES(mu_);

  Mutex mu_;
  std::map<Place, std::vector<std::unique_ptr<RecordTap>>> taps_ GUARDED_BY(mu_);
  std::uint64_t turn_ GUARDED_BY(mu_) = 0;  // the tap that comes first changes
};

}  // namespace penstock
