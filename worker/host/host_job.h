#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "api/runtime/plugin.h"
#include "common/config/options.h"
#include "common/file_system.h"
#include "common/status.h"
#include "graph/job_graph.h"
#include "graph/physical_plan.h"
#include "wire/messages.h"
#include "worker/state/restored_checkpoint.h"

namespace penstock {

/// The job as this task host has built it again. Constant once built.
struct HostJob {
  JobGraph graph;
  PhysicalPlan plan;
  std::vector<OperatorSpec> operators;  ///< By GraphOperator::index.
  std::chrono::milliseconds buffer_timeout{0};
  std::string start_from;    ///< Savepoint or checkpoint the job was started from; empty: none.
  RecoveryOptions recovery;  ///< Of what is in `start_from`.
  std::uint64_t state_bytes_per_slot = 0;  ///< 0: the share of the worker's memory.
  CheckpointMode checkpoint_mode = CheckpointMode::kExactlyOnce;
  bool counting = true;  ///< Tasks count, and the host reports what they have counted.

  /// How the state of a checkpoint finds its operators. The options don't hold for the job's own
  /// checkpoints, which it has written with its present uids.
  RecoveryOptions RecoveryFrom(const RestorePoint& point) const;
  /// The edge, by index in the graph, as declared by the operator that reads it.
  const EdgeType& edge_type(std::uint32_t edge) const;
};

/// Checks and loads the plugin, runs the job function and compares the graph with the submitted
/// one. A user error that names the first difference when it isn't the same.
Result<HostJob> RebuildJob(FileSystem& fs, const HostSetup& setup);

}  // namespace penstock
