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

/// Runs `program planner` as a child and returns its plan. Blocks up to the time-out; the child
/// never outlives the call. Everything that is wrong with the job is one user error; so are a
/// crash, an exit without an answer and a time-out, which say so. Thread-safe.
Result<Plan> RunPlanner(const PlanRequest& request, const PlannerOptions& options);

}  // namespace penstock
