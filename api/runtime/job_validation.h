#pragma once

#include <vector>

#include "api/runtime/job_defaults.h"
#include "api/runtime/job_recorder.h"
#include "graph/planner_messages.h"

namespace penstock {

/// Everything that is wrong with a job; empty for one that can run.
std::vector<PlanProblem> FindProblems(const RecordedJob& job, const JobDefaults& defaults);

}  // namespace penstock
