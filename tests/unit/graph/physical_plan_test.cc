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
