#pragma once

#include <span>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "coordinator/execution_graph.h"
#include "coordinator/slot_pool.h"

namespace penstock {

// What several views of a job have in common.

/// From the start of the first execution to the end of the last; -1 where there is none yet.
struct ExecutionSpan {
  std::int64_t start = -1;
  std::int64_t end = -1;
  std::int64_t duration = -1;
};
ExecutionSpan SpanOf(std::span<const Execution* const> executions, std::int64_t now);
ExecutionSpan SpanOf(const Execution& execution, std::int64_t now);

/// By name as in TaskState.
boost::json::object CountsOf(const TaskCounts& counts);
/// By name in lower case, and "total".
boost::json::object LowerCountsOf(const TaskCounts& counts);

/// Sums over executions, as Flink names them.
boost::json::object IoMetricsOf(std::span<const Execution* const> executions);
/// "metrics" and "status-duration", each number with its least, greatest, mean and percentiles over
/// the executions.
boost::json::object AggregatedOf(std::span<const Execution* const> executions, std::int64_t now);
/// How long the execution was in each state that is not an end; -1: never.
boost::json::object StatusDurationOf(const Execution& execution, std::int64_t now);

std::vector<const Execution*> PointersTo(std::span<const Execution> executions);

/// Address of a worker; its id when it is gone, empty when there is none.
std::string EndpointOf(const SlotPool& slots, WorkerId worker);
/// Empty when there is none.
std::string WorkerText(WorkerId worker);

}  // namespace penstock
