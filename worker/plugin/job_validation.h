#pragma once

#include <vector>

#include "graph/planner_messages.h"
#include "worker/plugin/job_recorder.h"

namespace penstock {

struct JobDefaults;

/// Everything that is wrong with a job; empty for one that can run.
std::vector<PlanProblem> FindProblems(const RecordedJob& job, const JobDefaults& defaults);

}  // namespace penstock
