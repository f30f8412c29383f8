#include "graph/job_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/graphs.h"

namespace penstock {
namespace {

using ::testing::HasSubstr;
using testing::SourceToWindow;

TEST(JobGraphTest, WhenWrittenAsJsonThenItReadsBackEqual) {
  const JobGraph graph = SourceToWindow(2, 3);
  Result<JobGraph> read = JobGraphFromJson(JobGraphToJson(graph));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(*read, graph);
  EXPECT_EQ(JobGraphHash(*read), JobGraphHash(graph));
}

TEST(JobGraphTest, WhenItHasGroupsSideOutputsAndInputsThenTheyReadBack) {
  JobGraph graph = SourceToWindow(2, 3);
  graph.vertices[1].slot_sharing_group = "heavy";
  graph.vertices[1].operators[1].input_side = "late";
  graph.edges[0].side = "errors";
  graph.edges[0].input = 1;
  graph.edges[0].distribution = EdgeDistribution::kCustom;
  Result<JobGraph> read = JobGraphFromJson(JobGraphToJson(graph));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(*read, graph);
  EXPECT_EQ(read->slots(), 5u);
}

TEST(JobGraphTest, WhenJsonIsCutAnywhereThenItIsRefused) {
  const std::string json = JobGraphToJson(SourceToWindow(1, 1));
  for (std::size_t length = 0; length < json.size(); ++length) {
    EXPECT_FALSE(JobGraphFromJson(json.substr(0, length)).ok()) << length;
  }
}

TEST(JobGraphTest, WhenAReferenceLeadsNowhereThenItIsRefused) {
  JobGraph graph = SourceToWindow(1, 1);
  graph.edges[0].to = VertexId(7);
  EXPECT_FALSE(JobGraphFromJson(JobGraphToJson(graph)).ok());
  graph = SourceToWindow(1, 1);
  graph.vertices[1].operators[1].input = 1;
  EXPECT_FALSE(JobGraphFromJson(JobGraphToJson(graph)).ok());
  graph = SourceToWindow(1, 1);
  graph.vertices[0].parallelism = 0;
  EXPECT_FALSE(JobGraphFromJson(JobGraphToJson(graph)).ok());
}

TEST(JobGraphTest, WhenGraphsDifferThenTheFirstDifferenceIsNamed) {
  const JobGraph graph = SourceToWindow(1, 2);
  EXPECT_EQ(FirstDifference(graph, graph), "");

  JobGraph renamed = graph;
  renamed.vertices[1].operators[0].uid = "other";
  EXPECT_THAT(FirstDifference(graph, renamed), HasSubstr("its uid was counts and is now other"));

  JobGraph retyped = graph;
  retyped.vertices[1].operators[0].states[0].value[0].type = "f64";
  EXPECT_THAT(FirstDifference(graph, retyped),
              HasSubstr("its value was (count i64) and is now (count f64)"));

  JobGraph rerouted = graph;
  rerouted.edges[0].distribution = EdgeDistribution::kBroadcast;
  EXPECT_NE(FirstDifference(graph, rerouted), "");
}

JobGraph WithEvolution() {
  JobGraph graph = SourceToWindow(1, 2);
  graph.vertices[1].operators[0].states[0].evolution = {
      {{"count", "total"}}, {{"", std::string("\0\xff", 2)}, {"list[]", "x"}}};
  return graph;
}

TEST(JobGraphTest, WhenAStateHasAnEvolutionThenJsonKeepsIt) {
  const std::string json = JobGraphToJson(WithEvolution());
  EXPECT_THAT(json, HasSubstr(R"("aliases":[{"now":"count","before":"total"}],)"
                              R"("defaults":[{"path":"","bytes":"00ff"},)"
                              R"({"path":"list[]","bytes":"78"}])"));
  EXPECT_EQ(JobGraphFromJson(json).value(), WithEvolution());
  std::string damaged = json;
  damaged.replace(damaged.find("00ff"), 4, "00f");
  EXPECT_FALSE(JobGraphFromJson(damaged).ok());
}

TEST(JobGraphTest, WhenAnEvolutionIsAddedThenTheHashIsThatOfEarlierVersions) {
  EXPECT_EQ(JobGraphHash(SourceToWindow(1, 2)), 9695535224145311313U);
  EXPECT_EQ(JobGraphHash(WithEvolution()), JobGraphHash(SourceToWindow(1, 2)));
  EXPECT_EQ(FirstDifference(SourceToWindow(1, 2), WithEvolution()), "");
}

TEST(JobGraphTest, WhenSlotsAreSharedThenTheLargestParallelismCounts) {
  EXPECT_EQ(SourceToWindow(2, 3).slots(), 3u);
  EXPECT_TRUE(SourceToWindow(1, 1).stateful());
  EXPECT_TRUE(SourceToWindow(1, 1).transactional());
}

TEST(JobGraphTest, WhenShownAsATreeThenEveryOperatorAndEdgeIsThere) {
  const std::string tree = JobGraphToTree(SourceToWindow(1, 2));
  EXPECT_THAT(tree, HasSubstr("example  (exactly-once, 2 slots)"));
  EXPECT_THAT(tree, HasSubstr("events  uid=events  [replayable]"));
  EXPECT_THAT(tree, HasSubstr("HASH by string"));
  EXPECT_THAT(tree, HasSubstr("out  uid=out  [transactional]"));
}

}  // namespace
}  // namespace penstock
