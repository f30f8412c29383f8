#pragma once

#include <cstdint>
#include <vector>

#include "common/ids.h"
#include "graph/job_graph.h"

namespace penstock {

/// One directed connection between two subtasks.
struct Channel {
  ChannelId id;
  std::uint32_t edge = 0;  ///< Index in JobGraph::edges.
  SubtaskId from;
  SubtaskId to;
  std::uint32_t input_index = 0;  ///< Among all input channels of the receiver, edge after edge.
  /// Among the sender's channels of that edge, in order of receivers.
  std::uint32_t output_index = 0;
};

/// The JobGraph expanded by parallelism. A pure function of the graph, so that every process
/// computes the same channels with the same ids.
struct PhysicalPlan {
  std::vector<SubtaskId> subtasks;  ///< In order of vertex, then index.
  std::vector<Channel> channels;    ///< `id` is the index.

  /// The channels that end at `subtask`, in order of input_index.
  std::vector<const Channel*> InputsOf(SubtaskId subtask) const;
  /// The channels of edge `edge` that leave `subtask`, in order of output_index.
  std::vector<const Channel*> OutputsOf(SubtaskId subtask, std::uint32_t edge) const;
};

PhysicalPlan ExpandGraph(const JobGraph& graph);

}  // namespace penstock
