#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/status.h"
#include "graph/planner_messages.h"

namespace penstock {

/// How a planner is run.
struct PlannerOptions {
  std::chrono::milliseconds timeout{30'000};
  std::uint64_t memory_bytes = 0;          ///< Address space of the planner; 0: no limit.
  std::string program = "/proc/self/exe";  ///< The penstock binary; this one by default.
};

/// Runs `program planner` as a child and returns its answer. Blocks up to the time-out; the child
/// never outlives the call. A crash, an exit without an answer and a time-out are user errors,
/// which say so. Thread-safe.
Result<PlannerAnswer> AskPlanner(const PlanRequest& request, const PlannerOptions& options);
/// The plan only; everything that is wrong with the job is one user error, too.
Result<Plan> RunPlanner(const PlanRequest& request, const PlannerOptions& options);

}  // namespace penstock
