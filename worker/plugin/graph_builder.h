#pragma once

#include <cstdint>
#include <string>

#include "common/config/options.h"
#include "common/key_group.h"
#include "graph/planner_messages.h"
#include "worker/plugin/job_recorder.h"

namespace penstock {

/// What a job gets where its function says nothing.
struct JobDefaults {
  std::string name;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = kDefaultMaxParallelism;
  CheckpointMode checkpoint_mode = CheckpointMode::kExactlyOnce;  ///< Bounds the guarantee.
};

/// The graph of a job, or everything that is wrong with it: chains operators into vertices and
/// validates. Pure: the same in the planner and in every task host.
/// An operator joins its input's vertex when it has one, over a kForward edge, with the same
/// parallelism, maximum and slot sharing group, unless either forbids it. kForward between unequal
/// parallelisms becomes kRebalance.
PlannerAnswer BuildGraph(const RecordedJob& job, const JobDefaults& defaults);

}  // namespace penstock
