#include "graph/exchange_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock {
namespace {

using ::testing::HasSubstr;

JobGraph TwoVertices(std::uint32_t parallelism) {
  JobGraph graph;
  for (std::uint32_t i = 0; i < 2; ++i) {
    JobVertex vertex;
    vertex.id = VertexId(i);
    vertex.name = i == 0 ? "numbers" : "sums";
    vertex.parallelism = parallelism;
    vertex.operators.resize(1);
    graph.vertices.push_back(vertex);
  }
  graph.edges.push_back({VertexId(0), 0, VertexId(1), EdgeDistribution::kHash, {}, {}, "", 0});
  return graph;
}

TEST(ExchangeMemoryTest, WhenAllIsHereThenBothEndsAndThePoolsCount) {
  const PhysicalPlan plan = ExpandGraph(TwoVertices(2));
  const ExchangeMemory need = ComputeExchangeMemory(plan, plan.subtasks);
  EXPECT_EQ(need.total, 4 * 2 * kOwnedCreditBytes + 2 * kLentCreditBytes);
  EXPECT_EQ(need.by_edge, std::vector<std::uint64_t>{need.total});
}

TEST(ExchangeMemoryTest, WhenOneSlotIsHereThenOnlyItsEndsCount) {
  const JobGraph graph = TwoVertices(4);
  const ExchangeMemory need =
      ComputeExchangeMemory(ExpandGraph(graph), SubtasksOfFullestSlots(graph).front());
  EXPECT_EQ(need.total, 4 * 2 * kOwnedCreditBytes + kLentCreditBytes);
}

TEST(ExchangeMemoryTest, WhenTheShareIsTooSmallThenTheErrorNamesEdgeNeedAndRemedy) {
  const JobGraph graph = TwoVertices(2);
  const PhysicalPlan plan = ExpandGraph(graph);
  const ExchangeMemory need = ComputeExchangeMemory(plan, plan.subtasks);
  EXPECT_TRUE(CheckExchangeMemory(need, need.total, plan, &graph).ok());
  const Status status = CheckExchangeMemory(need, need.total / 3 - 1, plan, &graph);
  EXPECT_EQ(status.code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(status.domain(), ErrorDomain::kUser);
  EXPECT_THAT(status.message(), HasSubstr("\"numbers\" -> \"sums\""));
  EXPECT_THAT(status.message(), HasSubstr("768 KiB"));
  EXPECT_THAT(status.hint(), HasSubstr("worker.memory to at least 3.1 times"));
}

}  // namespace
}  // namespace penstock
