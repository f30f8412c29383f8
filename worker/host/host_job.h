#pragma once

#include <chrono>
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
  RecoveryOptions recovery;
  std::uint64_t state_bytes_per_slot = 0;  ///< 0: the share of the worker's memory.
  CheckpointMode checkpoint_mode = CheckpointMode::kExactlyOnce;

  /// The edge as declared by the operator that reads it.
  const EdgeType& edge_type(const JobEdge& edge) const;
  /// The edge that ends at `vertex`; null for a source.
  const JobEdge* input_edge(VertexId vertex) const;
};

/// Checks and loads the plugin, runs the job function and compares the graph with the submitted
/// one. A user error that names the first difference when it isn't the same.
Result<HostJob> RebuildJob(FileSystem& fs, const HostSetup& setup);

Distribution ToDistribution(EdgeDistribution distribution);

}  // namespace penstock
