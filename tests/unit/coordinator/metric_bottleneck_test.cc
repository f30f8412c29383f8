#include <random>

#include <gtest/gtest.h>

#include "coordinator/metrics/bottleneck.h"

namespace penstock {
namespace {

using Edges = std::vector<std::pair<VertexId, VertexId>>;

const Edges kChain{{VertexId(0), VertexId(1)}, {VertexId(1), VertexId(2)}};

VertexLoad Load(const char* name, double busy, double backpressured) {
  VertexLoad load;
  load.name = name;
  load.reported = true;
  load.busy = busy;
  load.backpressured = backpressured;
  load.max_parallelism = 4096;
  return load;
}

TEST(BottleneckTest, WhenThoseBeforeAVertexWaitForItThenItIsTheBottleneckAndTheyAreNamed) {
  const auto found = FindBottleneck(
      {Load("read", 0.05, 0.95), Load("parse", 0.1, 0.9), Load("window", 0.7, 0)}, kChain);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->vertex, VertexId(2));
  EXPECT_EQ(found->backpressured_upstream, (std::vector<VertexId>{VertexId(1), VertexId(0)}));
  EXPECT_EQ(found->reason, "window is busy 70 % of the time while parse, read wait for it");
  EXPECT_NE(found->hint.find("penstock rescale"), std::string::npos);
}

TEST(BottleneckTest, WhenNobodyWaitsThenTheBusiestIsTheBottleneckIfItHasHardlyAPause) {
  const auto found = FindBottleneck(
      {Load("read", 0.97, 0), Load("parse", 0.85, 0), Load("window", 0.2, 0)}, kChain);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->vertex, VertexId(0));
  EXPECT_TRUE(found->backpressured_upstream.empty());
  EXPECT_EQ(found->reason, "read is busy 97 % of the time and waits for nobody");
}

TEST(BottleneckTest, WhenTheJobKeepsUpOrHasNotReportedThenThereIsNone) {
  EXPECT_FALSE(FindBottleneck(
                   {Load("read", 0.3, 0), Load("parse", 0.5, 0.05), Load("window", 0.2, 0)}, kChain)
                   .has_value());
  EXPECT_FALSE(FindBottleneck({VertexLoad(), VertexLoad(), VertexLoad()}, kChain).has_value());
  EXPECT_FALSE(FindBottleneck({}, {}).has_value());
}

TEST(BottleneckTest, WhenABusyVertexIsWaitedForThenABusierOneThatNobodyWaitsForDoesNotMatter) {
  const auto found = FindBottleneck(
      {Load("busy source", 0.95, 0), Load("slow source", 0.1, 0.8), Load("join", 0.6, 0)},
      {{VertexId(1), VertexId(2)}});
  EXPECT_EQ(found->vertex, VertexId(2));
}

TEST(BottleneckTest, WhenTwoBranchesAreSlowThenTheBusierOneIsNamed) {
  const auto found = FindBottleneck({Load("read", 0.1, 0.8), Load("a", 0.6, 0), Load("b", 0.9, 0)},
                                    {{VertexId(0), VertexId(1)}, {VertexId(0), VertexId(2)}});
  EXPECT_EQ(found->vertex, VertexId(2));
}

TEST(BottleneckTest, WhenRecordsAreSkewedOrParallelismIsAtItsMaximumThenTheHintSaysSo) {
  VertexLoad skewed = Load("count", 0.9, 0);
  skewed.parallelism = 8;
  skewed.skew = 0.8;
  EXPECT_NE(FindBottleneck({skewed}, {})->hint.find("key"), std::string::npos);
  VertexLoad widest = Load("count", 0.9, 0);
  widest.parallelism = widest.max_parallelism = 8;
  EXPECT_NE(FindBottleneck({widest}, {})->hint.find("maximum"), std::string::npos);
}

TEST(BottleneckTest, WhenGraphsAreRandomThenTheOneFoundDoesNotWaitAndIsReportedAndUpstreamDoes) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> ratio(0, 1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<VertexLoad> vertices;
    Edges edges;
    for (std::uint32_t i = 0; i < 1 + random() % 8; ++i) {
      vertices.push_back(Load("v", ratio(random), random() % 2 == 0 ? 0 : ratio(random)));
      if (i > 0) edges.emplace_back(VertexId(random() % i), VertexId(i));
    }
    const auto found = FindBottleneck(vertices, edges);
    if (!found) continue;
    EXPECT_LE(vertices[found->vertex.value()].backpressured, kBackPressured);
    for (const VertexId id : found->backpressured_upstream) {
      EXPECT_GT(vertices[id.value()].backpressured, kBackPressured);
    }
    EXPECT_TRUE(!found->backpressured_upstream.empty() || found->busy >= kBusy);
  }
}

}  // namespace
}  // namespace penstock
