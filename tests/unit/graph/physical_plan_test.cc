#include "graph/physical_plan.h"

#include <gtest/gtest.h>

#include "tests/support/graphs.h"

namespace penstock {
namespace {

using testing::SourceToWindow;

TEST(PhysicalPlanTest, WhenTheEdgeIsHashThenEverySenderReachesEveryReceiver) {
  const PhysicalPlan plan = ExpandGraph(SourceToWindow(2, 3));
  EXPECT_EQ(plan.subtasks.size(), 5u);
  ASSERT_EQ(plan.channels.size(), 6u);
  const auto inputs = plan.InputsOf({VertexId(1), 2});
  ASSERT_EQ(inputs.size(), 2u);
  EXPECT_EQ(inputs[1]->from.index, 1u);
  const auto outputs = plan.OutputsOf({VertexId(0), 1}, 0);
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_EQ(outputs[2]->to.index, 2u);
}

TEST(PhysicalPlanTest, WhenTheEdgeIsForwardThenOnlyEqualIndexesAreConnected) {
  JobGraph graph = SourceToWindow(2, 2);
  graph.edges[0].distribution = EdgeDistribution::kForward;
  const PhysicalPlan plan = ExpandGraph(graph);
  ASSERT_EQ(plan.channels.size(), 2u);
  for (const Channel& channel : plan.channels) {
    EXPECT_EQ(channel.from.index, channel.to.index);
    EXPECT_EQ(channel.input_index, 0u);
    EXPECT_EQ(channel.output_index, 0u);
  }
}

/// For each receiver, who sends to it.
std::vector<std::vector<std::uint32_t>> SendersOf(const JobGraph& graph) {
  const PhysicalPlan plan = ExpandGraph(graph);
  std::vector<std::vector<std::uint32_t>> senders;
  for (std::uint32_t to = 0; to < graph.vertices[1].parallelism; ++to) {
    senders.emplace_back();
    for (const Channel* channel : plan.InputsOf({VertexId(1), to})) {
      EXPECT_EQ(channel->input_index, senders.back().size());
      senders.back().push_back(channel->from.index);
    }
  }
  return senders;
}

TEST(PhysicalPlanTest, WhenTheEdgeIsRescaleThenEachServesItsShare) {
  using Senders = std::vector<std::vector<std::uint32_t>>;
  JobGraph more = SourceToWindow(2, 4);
  more.edges[0].distribution = EdgeDistribution::kRescale;
  EXPECT_EQ(SendersOf(more), (Senders{{0}, {0}, {1}, {1}}));
  JobGraph fewer = SourceToWindow(5, 2);
  fewer.edges[0].distribution = EdgeDistribution::kRescale;
  EXPECT_EQ(SendersOf(fewer), (Senders{{0, 1, 2}, {3, 4}}));
}

TEST(PhysicalPlanTest, WhenAVertexHasTwoEdgesThenItsChannelsAreNumberedThrough) {
  JobGraph graph = SourceToWindow(2, 2);
  JobVertex other = graph.vertices[0];
  other.id = VertexId(1);
  graph.vertices.insert(graph.vertices.begin() + 1, other);
  graph.vertices[2].id = VertexId(2);
  graph.edges[0].to = VertexId(2);
  graph.edges.push_back(graph.edges[0]);
  graph.edges[1].from = VertexId(1);
  graph.edges[1].distribution = EdgeDistribution::kForward;
  const PhysicalPlan plan = ExpandGraph(graph);
  const auto inputs = plan.InputsOf({VertexId(2), 1});
  ASSERT_EQ(inputs.size(), 3u);
  EXPECT_EQ(inputs[2]->from, (SubtaskId{VertexId(1), 1}));
  EXPECT_EQ(inputs[2]->input_index, 2u);
  EXPECT_EQ(inputs[2]->output_index, 0u);
}

TEST(PhysicalPlanTest, WhenExpandedTwiceThenIdsAreTheSame) {
  const PhysicalPlan a = ExpandGraph(SourceToWindow(3, 2));
  const PhysicalPlan b = ExpandGraph(SourceToWindow(3, 2));
  for (std::size_t i = 0; i < a.channels.size(); ++i) {
    EXPECT_EQ(a.channels[i].id.value(), i);
    EXPECT_EQ(a.channels[i].from, b.channels[i].from);
    EXPECT_EQ(a.channels[i].to, b.channels[i].to);
  }
}

}  // namespace
}  // namespace penstock
