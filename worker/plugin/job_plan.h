#pragma once

#include <vector>

#include "api/runtime/plugin.h"
#include "common/file_system.h"
#include "common/status.h"
#include "graph/planner_messages.h"

namespace penstock {

/// A job as this process can run it.
struct PlannedJob {
  PlannerAnswer answer;
  std::vector<OperatorSpec> operators;  ///< By GraphOperator::index.
};

/// Checks the plugin's note, loads it, runs its job function and builds the graph. Problems with
/// the job itself are in the answer.
Result<PlannedJob> PlanJob(FileSystem& fs, const PlanRequest& request);

}  // namespace penstock
