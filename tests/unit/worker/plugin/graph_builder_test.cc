#include "worker/plugin/graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/worker/task/fakes.h"

namespace penstock {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// A job in a few words.
class JobBuilderForTest {
 public:
  std::uint32_t Source(std::string uid, Delivery delivery = Delivery::kReplayable) {
    return Add({.kind = OperatorKind::kSource, .name = uid, .uid = uid, .delivery = delivery});
  }
  std::uint32_t Transform(std::string name, std::uint32_t from,
                          Distribution distribution = Distribution::kForward) {
    return Add({.name = std::move(name), .inputs = {Input(from, distribution)}});
  }
  std::uint32_t Sink(std::string uid, std::uint32_t from,
                     Delivery delivery = Delivery::kTransactional) {
    return Add({.kind = OperatorKind::kSink,
                .name = uid,
                .uid = uid,
                .delivery = delivery,
                .inputs = {Input(from, Distribution::kForward)}});
  }
  OperatorSpec& operator[](std::uint32_t index) { return job.operators[index]; }
  PlannerAnswer Build() { return BuildGraph(job, {"job", 2, 16}); }

  RecordedJob job;

 private:
  static OperatorSpec::Input Input(std::uint32_t from, Distribution distribution) {
    return {from, std::make_shared<BlankEdge>(distribution)};
  }
  std::uint32_t Add(OperatorSpec spec) {
    spec.make = [] { return nullptr; };
    job.operators.push_back(std::move(spec));
    return static_cast<std::uint32_t>(job.operators.size() - 1);
  }
};

std::vector<std::string> NamesOf(const JobGraph& graph) {
  std::vector<std::string> names;
  for (const JobVertex& vertex : graph.vertices) names.push_back(vertex.name);
  return names;
}

std::string Problems(const PlannerAnswer& answer) {
  std::string text;
  for (const PlanProblem& problem : answer.problems) text += problem.message + "\n";
  return text;
}

TEST(GraphBuilderTest, WhenEdgesAreForwardThenOperatorsShareAVertex) {
  JobBuilderForTest job;
  job.Sink("out", job.Transform("map", job.Source("in")));
  const PlannerAnswer answer = job.Build();
  EXPECT_EQ(Problems(answer), "");
  EXPECT_THAT(NamesOf(answer.plan.graph), ElementsAre("in -> map -> out"));
  EXPECT_EQ(answer.plan.graph.vertices[0].operators[2].input, 1);
  EXPECT_TRUE(answer.plan.graph.edges.empty());
  EXPECT_EQ(answer.plan.graph.guarantee, "exactly-once");
}

TEST(GraphBuilderTest, WhenAnEdgeIsHashedThenANewVertexBegins) {
  JobBuilderForTest job;
  job.Sink("out", job.Transform("count", job.Source("in"), Distribution::kHash));
  const JobGraph graph = job.Build().plan.graph;
  EXPECT_THAT(NamesOf(graph), ElementsAre("in", "count -> out"));
  ASSERT_THAT(graph.edges, SizeIs(1));
  EXPECT_EQ(graph.edges[0].distribution, EdgeDistribution::kHash);
  EXPECT_EQ(graph.edges[0].to, VertexId(1));
}

TEST(GraphBuilderTest, WhenForwardMeetsAnotherParallelismThenItBecomesRebalance) {
  JobBuilderForTest job;
  const auto source = job.Source("in");
  job[source].parallelism = 1;
  job.Transform("map", source);
  const JobGraph graph = job.Build().plan.graph;
  ASSERT_THAT(graph.edges, SizeIs(1));
  EXPECT_EQ(graph.edges[0].distribution, EdgeDistribution::kRebalance);
  EXPECT_EQ(graph.vertices[0].parallelism, 1U);
  EXPECT_EQ(graph.vertices[1].parallelism, 2U);
}

TEST(GraphBuilderTest, WhenAnOperatorHasTwoConsumersThenTheVertexIsATree) {
  JobBuilderForTest job;
  const auto source = job.Source("in");
  job.Sink("a", source);
  job.Sink("b", source);
  const JobGraph graph = job.Build().plan.graph;
  ASSERT_THAT(graph.vertices, SizeIs(1));
  EXPECT_EQ(graph.vertices[0].operators[1].input, 0);
  EXPECT_EQ(graph.vertices[0].operators[2].input, 0);
}

TEST(GraphBuilderTest, WhenAnOperatorHasTwoInputsThenItBeginsAVertexWithTwoEdges) {
  JobBuilderForTest job;
  const auto left = job.Source("left");
  const auto right = job.Source("right");
  const auto join = job.Transform("join", left);
  job[join].inputs.push_back({right, std::make_shared<BlankEdge>(Distribution::kBroadcast), "", 1});
  const JobGraph graph = job.Build().plan.graph;
  EXPECT_THAT(NamesOf(graph), ElementsAre("left", "right", "join"));
  ASSERT_THAT(graph.edges, SizeIs(2));
  EXPECT_EQ(graph.edges[0].distribution, EdgeDistribution::kForward);
  EXPECT_EQ(graph.edges[0].input, 0U);
  EXPECT_EQ(graph.edges[1].distribution, EdgeDistribution::kBroadcast);
  EXPECT_EQ(graph.edges[1].input, 1U);
  EXPECT_THAT(graph.inputs(VertexId(2)), ElementsAre(0, 1));
}

TEST(GraphBuilderTest, WhenASideOutputIsReadThenEdgeAndChainSaySo) {
  JobBuilderForTest job;
  const auto source = job.Source("in");
  const auto chained = job.Transform("late", source);
  job[chained].inputs.front().side = "late";
  const auto far = job.Transform("errors", source, Distribution::kRebalance);
  job[far].inputs.front().side = "errors";
  const JobGraph graph = job.Build().plan.graph;
  EXPECT_EQ(graph.vertices[0].operators[1].input_side, "late");
  ASSERT_THAT(graph.edges, SizeIs(1));
  EXPECT_EQ(graph.edges[0].side, "errors");
}

TEST(GraphBuilderTest, WhenChainingIsForbiddenThenVerticesAreApartAndForwardStays) {
  JobBuilderForTest job;
  const auto first = job.Transform("first", job.Source("in"));
  const auto second = job.Transform("second", first);
  job.Transform("third", second);
  job[second].chaining = Chaining::kHead;
  EXPECT_THAT(NamesOf(job.Build().plan.graph), ElementsAre("in -> first", "second -> third"));
  job[second].chaining = Chaining::kNever;
  const JobGraph graph = job.Build().plan.graph;
  EXPECT_THAT(NamesOf(graph), ElementsAre("in -> first", "second", "third"));
  EXPECT_EQ(graph.edges[0].distribution, EdgeDistribution::kForward);
}

TEST(GraphBuilderTest, WhenOperatorsHaveSlotSharingGroupsThenSlotsAddUp) {
  JobBuilderForTest job;
  const auto source = job.Source("in");
  const auto heavy = job.Transform("heavy", source);
  job[heavy].slot_sharing_group = "heavy";
  job[heavy].parallelism = 3;
  const auto heir = job.Transform("heir", heavy);
  job[heir].parallelism = 3;
  const JobGraph graph = job.Build().plan.graph;
  EXPECT_THAT(NamesOf(graph), ElementsAre("in", "heavy -> heir"));
  EXPECT_EQ(graph.slots(), 5U);
  EXPECT_EQ(graph.first_slot(VertexId(0)), 0U);
  EXPECT_EQ(graph.first_slot(VertexId(1)), 2U);
}

TEST(GraphBuilderTest, WhenAnOperatorHasItsOwnMaximumThenItsVertexHasIt) {
  JobBuilderForTest job;
  const auto source = job.Source("in");
  const auto count = job.Transform("count", source, Distribution::kHash);
  job[count].max_parallelism = 4;
  EXPECT_EQ(job.Build().plan.graph.vertices[1].max_parallelism, 4U);
  job[count].parallelism = 5;
  EXPECT_THAT(Problems(job.Build()), HasSubstr("parallelism 5, more than the maximum of 4"));
}

TEST(GraphBuilderTest, WhenSeveralThingsAreWrongThenAllAreListed) {
  JobBuilderForTest job;
  const auto source = job.Source("");
  job[source].name = "reader";
  const auto count = job.Transform("count", source);
  job[count].stateful = true;
  job.Sink("out", count);
  job.Sink("out", count);
  job[source].parallelism = 17;
  job.job.complaints = {"file /x does not exist"};
  const PlannerAnswer answer = job.Build();
  EXPECT_THAT(answer.problems, SizeIs(5));
  EXPECT_THAT(Problems(answer), HasSubstr("file /x does not exist"));
  EXPECT_THAT(Problems(answer), HasSubstr("operator 'reader' is a source but has no uid"));
  EXPECT_THAT(Problems(answer), HasSubstr("operator 'count' keeps state but has no uid"));
  EXPECT_THAT(Problems(answer),
              HasSubstr("uid 'out' is used by operator 'out' and by operator 'out'"));
  EXPECT_THAT(Problems(answer), HasSubstr("parallelism 17"));
}

TEST(GraphBuilderTest, WhenThereIsNoSourceThenThatIsAProblem) {
  EXPECT_THAT(Problems(JobBuilderForTest().Build()), HasSubstr("no source"));
}

TEST(GraphBuilderTest, WhenASinkMayRepeatThenTheGuaranteeIsAtLeastOnce) {
  JobBuilderForTest job;
  job.Sink("out", job.Source("in"), Delivery::kAtLeastOnce);
  EXPECT_EQ(job.Build().plan.graph.guarantee, "at-least-once");
}

TEST(GraphBuilderTest, WhenASourceCannotReplayThenThereIsNoGuarantee) {
  JobBuilderForTest job;
  job.Sink("out", job.Source("in", Delivery::kNotReplayable));
  EXPECT_EQ(job.Build().plan.graph.guarantee, "none");
}

TEST(GraphBuilderTest, WhenCheckpointsAreAtLeastOnceThenTheGuaranteeIsNoMore) {
  JobBuilderForTest job;
  job.Sink("out", job.Source("in"));
  JobDefaults defaults;
  defaults.checkpoint_mode = CheckpointMode::kAtLeastOnce;
  EXPECT_EQ(BuildGraph(job.job, defaults).plan.graph.guarantee, "at-least-once");
  job.job.operators[0].delivery = Delivery::kNotReplayable;
  EXPECT_EQ(BuildGraph(job.job, defaults).plan.graph.guarantee, "none");
}

TEST(GraphBuilderTest, WhenNobodyReadsAnOutputThenThereIsAWarning) {
  JobBuilderForTest job;
  job.Transform("lost", job.Source("in"));
  EXPECT_THAT(job.Build().plan.warnings, ElementsAre(HasSubstr("'lost'")));
}

}  // namespace
}  // namespace penstock
