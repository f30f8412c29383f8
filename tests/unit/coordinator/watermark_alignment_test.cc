#include "coordinator/watermark_alignment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

SubtaskId Source(std::uint32_t vertex, std::uint32_t index = 0) {
  return {VertexId(vertex), index};
}

/// One source vertex for each name of an alignment group.
JobGraph Sources(const std::vector<std::string>& groups, std::uint32_t parallelism = 1) {
  JobGraph graph;
  for (const std::string& group : groups) {
    JobVertex vertex;
    vertex.id = VertexId(static_cast<std::uint32_t>(graph.vertices.size()));
    vertex.parallelism = parallelism;
    vertex.operators = {{.name = "source", .kind = "source"}};
    vertex.operators[0].alignment_group = group;
    graph.vertices.push_back(vertex);
  }
  return graph;
}

TaskMetrics At(SubtaskId subtask, std::int64_t watermark, bool idle = false) {
  TaskMetrics metrics;
  metrics.subtask = subtask;
  metrics.watermark = watermark;
  metrics.idle = idle;
  return metrics;
}

class WatermarkAlignmentTest : public ::testing::Test {
 protected:
  std::map<SubtaskId, Timestamp> Align(const JobGraph& graph,
                                       const std::vector<TaskMetrics>& metrics,
                                       const std::set<SubtaskId>& exhausted = {}) {
    ExecutionGraph executions(graph, clock_);
    for (const TaskMetrics& task : metrics) executions.SetMetrics(task);
    return AlignWatermarks(graph, executions, exhausted);
  }

  ManualClock clock_;
};

TEST_F(WatermarkAlignmentTest, WhenInOneGroupThenEachHearsOfTheSlowestOfTheOthers) {
  EXPECT_THAT(
      Align(Sources({"g", "g", "g"}), {At(Source(0), 300), At(Source(1), 100), At(Source(2), 200)}),
      ElementsAre(Pair(Source(0), Timestamp{100}), Pair(Source(1), Timestamp{200}),
                  Pair(Source(2), Timestamp{100})));
}

TEST_F(WatermarkAlignmentTest, WhenTwoAreTheSlowestThenEachHearsOfTheOther) {
  EXPECT_THAT(Align(Sources({"g"}, 2), {At(Source(0, 0), 100), At(Source(0, 1), 100)}),
              ElementsAre(Pair(Source(0, 0), Timestamp{100}), Pair(Source(0, 1), Timestamp{100})));
}

TEST_F(WatermarkAlignmentTest, WhenGroupsDifferThenTheyDoNotWaitForEachOther) {
  EXPECT_THAT(Align(Sources({"g", "h", "", "g"}), {At(Source(0), 300), At(Source(1), 100),
                                                   At(Source(2), 50), At(Source(3), 400)}),
              ElementsAre(Pair(Source(0), Timestamp{400}), Pair(Source(1), Timestamp::Max()),
                          Pair(Source(3), Timestamp{300})));
}

TEST_F(WatermarkAlignmentTest, WhenIdleOrExhaustedThenNobodyWaitsForThem) {
  EXPECT_THAT(Align(Sources({"g", "g", "g"}),
                    {At(Source(0), 300), At(Source(1), 100, /*idle=*/true), At(Source(2), 50)},
                    {Source(2)}),
              ElementsAre(Pair(Source(0), Timestamp::Max()), Pair(Source(1), Timestamp{300})));
}

TEST_F(WatermarkAlignmentTest, WhenOneHasNotReportedThenTheOthersWait) {
  EXPECT_THAT(Align(Sources({"g", "g"}), {At(Source(0), 300)}),
              ElementsAre(Pair(Source(0), Timestamp::Min()), Pair(Source(1), Timestamp{300})));
}

/// What the hosts have been told.
std::map<SubtaskId, std::int64_t> Told(const JobMasterHarness& h) {
  std::map<SubtaskId, std::int64_t> told;
  for (const AlignSources& align : h.HostCommands<AlignSources>()) {
    for (const SourceAlignment& source : align.sources) told[source.subtask] = source.others;
  }
  return told;
}

JobGraph AlignedGraph() {
  JobGraph graph = TwoVertexGraph();
  graph.vertices[0].operators[0].alignment_group = "g";
  return graph;
}

void Report(JobMasterHarness& h, std::uint32_t host, std::int64_t watermark) {
  h.From(host, HostMetrics{{At(Source(0, host), watermark)}, 0, {}});
}

TEST_F(WatermarkAlignmentTest, WhenHostsReportThenEachIsToldForItsSubtasks) {
  JobMasterHarness h({}, {}, AlignedGraph());
  h.RunFromStart();
  h.Forget();
  Report(h, 0, 100);
  EXPECT_THAT(Told(h),
              ElementsAre(Pair(Source(0, 0), Timestamp::Min().millis), Pair(Source(0, 1), 100)));
  EXPECT_THAT(h.HostCommands<AlignSources>(), SizeIs(2));
  h.Forget();
  Report(h, 1, 50);
  EXPECT_THAT(Told(h), IsEmpty()) << "not for every report";
  h.clock.Advance(std::chrono::seconds(1));
  Report(h, 0, 120);
  EXPECT_THAT(Told(h), ElementsAre(Pair(Source(0, 0), 50), Pair(Source(0, 1), 120)));
}

TEST_F(WatermarkAlignmentTest, WhenNoSourceIsAlignedThenNobodyIsTold) {
  JobMasterHarness h;
  h.RunFromStart();
  Report(h, 0, 100);
  EXPECT_THAT(h.HostCommands<AlignSources>(), IsEmpty());
}

TEST_F(WatermarkAlignmentTest, WhenASourceIsExhaustedThenTheOthersAreToldToGoOn) {
  JobMasterHarness h({}, {}, AlignedGraph());
  h.RunFromStart();
  h.From(0, SourceExhausted{Source(0, 0)});
  Report(h, 1, 100);
  EXPECT_THAT(Told(h), ElementsAre(Pair(Source(0, 1), Timestamp::Max().millis)));
}

TEST_F(WatermarkAlignmentTest, WhenTheAttemptIsNewThenOldWatermarksDoNotCount) {
  JobMasterHarness h({}, {}, AlignedGraph());
  h.RunFromStart();
  Report(h, 0, 100);
  Report(h, 1, 100);
  h.From(0, HostFailed{Status::External("broken"), {}, ""});
  h.ExitAll();
  h.Forget();
  h.RunFromSlots();
  h.clock.Advance(std::chrono::seconds(1));
  Report(h, 0, 40);
  EXPECT_THAT(Told(h),
              ElementsAre(Pair(Source(0, 0), Timestamp::Min().millis), Pair(Source(0, 1), 40)));
}

}  // namespace
}  // namespace penstock
