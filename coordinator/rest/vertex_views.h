#pragma once

#include <optional>

#include <boost/json.hpp>

#include "coordinator/job_master.h"
#include "coordinator/slot_pool.h"

namespace penstock {

// A job's tasks as Flink's REST interface shows them. `slots` knows the addresses of workers. Times
// are milliseconds of the wall clock.

boost::json::object VertexDetail(const JobMaster& job, const SlotPool& slots, VertexId vertex,
                                 std::int64_t now);
boost::json::object VertexSubtaskTimes(const JobMaster& job, const SlotPool& slots, VertexId vertex,
                                       std::int64_t now);
/// Summed up by worker.
boost::json::object VertexWorkers(const JobMaster& job, const SlotPool& slots, VertexId vertex,
                                  std::int64_t now);

/// An attempt at a subtask and its number.
struct SubtaskAttempt {
  const Execution* execution = nullptr;
  std::uint64_t number = 0;
};
/// The current one, or that with the number. NotFound when there is none.
Result<SubtaskAttempt> FindAttempt(const JobMaster& job, SubtaskId subtask,
                                   std::optional<std::uint64_t> number);
boost::json::object SubtaskDetail(const SubtaskAttempt& attempt, const SlotPool& slots,
                                  std::int64_t now);

/// Every remembered attempt of every task, or of one.
boost::json::object JobTimeline(const JobMaster& job, std::optional<VertexId> only,
                                std::int64_t now);

}  // namespace penstock
