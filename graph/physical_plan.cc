#include "graph/physical_plan.h"

#include <algorithm>
#include <map>
#include <vector>

namespace penstock {
namespace {

/// Whether an edge joins these two subtasks. Rescale gives each sender, or each receiver, an equal
/// run of the other side.
bool Connects(EdgeDistribution distribution, std::uint64_t from, std::uint64_t senders,
              std::uint64_t to, std::uint64_t receivers) {
  if (distribution == EdgeDistribution::kForward) return from == to;
  if (distribution != EdgeDistribution::kRescale) return true;
  if (senders <= receivers) return to * senders / receivers == from;
  return from * receivers / senders == to;
}

/// `next_input` has the number of channels that each subtask of the receiver has already.
void AddChannels(const JobGraph& graph, std::uint32_t edge_index,
                 std::vector<std::uint32_t>& next_input, PhysicalPlan& plan) {
  const JobEdge& edge = graph.edges[edge_index];
  const std::uint32_t senders = graph.vertex(edge.from).parallelism;
  const std::uint32_t receivers = graph.vertex(edge.to).parallelism;
  next_input.resize(receivers);
  for (std::uint32_t from = 0; from < senders; ++from) {
    std::uint32_t next_output = 0;
    for (std::uint32_t to = 0; to < receivers; ++to) {
      if (!Connects(edge.distribution, from, senders, to, receivers)) continue;
      Channel channel;
      channel.id = ChannelId(static_cast<std::uint32_t>(plan.channels.size()));
      channel.edge = edge_index;
      channel.from = {edge.from, from};
      channel.to = {edge.to, to};
      channel.input_index = next_input[to]++;
      channel.output_index = next_output++;
      plan.channels.push_back(channel);
    }
  }
}

}  // namespace

std::vector<const Channel*> PhysicalPlan::InputsOf(SubtaskId subtask) const {
  std::vector<const Channel*> inputs;
  for (const Channel& channel : channels) {
    if (channel.to == subtask) inputs.push_back(&channel);
  }
  std::sort(inputs.begin(), inputs.end(),
            [](const Channel* a, const Channel* b) { return a->input_index < b->input_index; });
  return inputs;
}

std::vector<const Channel*> PhysicalPlan::OutputsOf(SubtaskId subtask, std::uint32_t edge) const {
  std::vector<const Channel*> outputs;
  for (const Channel& channel : channels) {
    if (channel.from == subtask && channel.edge == edge) outputs.push_back(&channel);
  }
  std::sort(outputs.begin(), outputs.end(),
            [](const Channel* a, const Channel* b) { return a->output_index < b->output_index; });
  return outputs;
}

PhysicalPlan ExpandGraph(const JobGraph& graph) {
  PhysicalPlan plan;
  for (const JobVertex& vertex : graph.vertices) {
    for (std::uint32_t i = 0; i < vertex.parallelism; ++i) plan.subtasks.push_back({vertex.id, i});
  }
  std::map<VertexId, std::vector<std::uint32_t>> inputs;
  for (std::uint32_t edge = 0; edge < graph.edges.size(); ++edge) {
    AddChannels(graph, edge, inputs[graph.edges[edge].to], plan);
  }
  return plan;
}

}  // namespace penstock
