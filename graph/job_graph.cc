#include "graph/job_graph.h"

#include <algorithm>

#include "common/checksum.h"

namespace penstock {

std::uint32_t JobGraph::slots() const {
  std::uint32_t slots = 0;
  for (const JobVertex& vertex : vertices) slots = std::max(slots, vertex.parallelism);
  return slots;
}

namespace {

template <typename Predicate>
bool AnyOperator(const JobGraph& graph, Predicate predicate) {
  return std::any_of(graph.vertices.begin(), graph.vertices.end(), [&](const JobVertex& vertex) {
    return std::any_of(vertex.operators.begin(), vertex.operators.end(), predicate);
  });
}

}  // namespace

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
    case EdgeDistribution::kBroadcast: return "BROADCAST";
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

std::uint64_t JobGraphHash(const JobGraph& graph) {
  return Checksum(JobGraphToJson(WithoutEvolution(graph)));
}

}  // namespace penstock
