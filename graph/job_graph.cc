#include "graph/job_graph.h"

#include <algorithm>
#include <map>

namespace penstock {

namespace {

/// Slots of each slot sharing group, in order of names.
std::map<std::string, std::uint32_t> SlotsByGroup(const JobGraph& graph) {
  std::map<std::string, std::uint32_t> slots;
  for (const JobVertex& vertex : graph.vertices) {
    std::uint32_t& count = slots[vertex.slot_sharing_group];
    count = std::max(count, vertex.parallelism);
  }
  return slots;
}

template <typename Predicate>
bool AnyOperator(const JobGraph& graph, Predicate predicate) {
  return std::any_of(graph.vertices.begin(), graph.vertices.end(), [&](const JobVertex& vertex) {
    return std::any_of(vertex.operators.begin(), vertex.operators.end(), predicate);
  });
}

}  // namespace

std::uint32_t JobGraph::slots() const {
  std::uint32_t slots = 0;
  for (const auto& [group, count] : SlotsByGroup(*this)) slots += count;
  return slots;
}

std::uint32_t JobGraph::first_slot(VertexId id) const {
  std::uint32_t first = 0;
  for (const auto& [group, count] : SlotsByGroup(*this)) {
    if (group == vertex(id).slot_sharing_group) break;
    first += count;
  }
  return first;
}

std::vector<std::uint32_t> JobGraph::inputs(VertexId vertex) const {
  std::vector<std::uint32_t> inputs;
  for (std::uint32_t i = 0; i < edges.size(); ++i) {
    if (edges[i].to == vertex) inputs.push_back(i);
  }
  return inputs;
}

bool JobGraph::stateful() const {
  return AnyOperator(*this, [](const GraphOperator& op) { return op.stateful; });
}

bool JobGraph::transactional() const {
  return AnyOperator(*this, [](const GraphOperator& op) { return op.delivery == "transactional"; });
}

const char* ToString(EdgeDistribution distribution) {
  switch (distribution) {
    case EdgeDistribution::kForward: return "FORWARD";
    case EdgeDistribution::kHash: return "HASH";
    case EdgeDistribution::kRebalance: return "REBALANCE";
    case EdgeDistribution::kRescale: return "RESCALE";
    case EdgeDistribution::kShuffle: return "SHUFFLE";
    case EdgeDistribution::kGlobal: return "GLOBAL";
    case EdgeDistribution::kBroadcast: return "BROADCAST";
    case EdgeDistribution::kCustom: return "CUSTOM";
  }
  return "UNKNOWN";
}

JobGraph WithoutEvolution(JobGraph graph) {
  for (JobVertex& vertex : graph.vertices) {
    for (GraphOperator& op : vertex.operators) {
      for (GraphState& state : op.states) state.evolution = {};
    }
  }
  return graph;
}

}  // namespace penstock
