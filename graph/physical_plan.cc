#include "graph/physical_plan.h"

#include <algorithm>

namespace penstock {
namespace {

void AddChannels(const JobGraph& graph, std::uint32_t edge_index, PhysicalPlan& plan) {
  const JobEdge& edge = graph.edges[edge_index];
  const std::uint32_t senders = graph.vertex(edge.from).parallelism;
  const std::uint32_t receivers = graph.vertex(edge.to).parallelism;
  const bool forward = edge.distribution == EdgeDistribution::kForward;
  for (std::uint32_t from = 0; from < senders; ++from) {
    for (std::uint32_t to = 0; to < receivers; ++to) {
      if (forward && from != to) continue;
      Channel channel;
      channel.id = ChannelId(static_cast<std::uint32_t>(plan.channels.size()));
      channel.edge = edge_index;
      channel.from = {edge.from, from};
      channel.to = {edge.to, to};
      channel.input_index = forward ? 0 : from;
      channel.output_index = forward ? 0 : to;
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
  for (std::uint32_t edge = 0; edge < graph.edges.size(); ++edge) AddChannels(graph, edge, plan);
  return plan;
}

}  // namespace penstock
