#pragma once

#include "api/runtime/job_defaults.h"
#include "api/runtime/job_recorder.h"
#include "graph/planner_messages.h"

namespace penstock {

/// The graph of a job, or everything that is wrong with it: chains operators into vertices and
/// validates. Pure: the same in the planner and in every task host.
/// An operator joins its input's vertex when it has one, over a kForward edge, with the same
/// parallelism, maximum and slot sharing group, unless either forbids it. kForward between unequal
/// parallelisms becomes kRebalance.
PlannerAnswer BuildGraph(const RecordedJob& job, const JobDefaults& defaults);

}  // namespace penstock
