#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/metrics/metric_values.h"
#include "coordinator/rest/job_views.h"
#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// A job with completed checkpoints; subtask i of a vertex has written 10 + i of 100 bytes.
class CheckpointViewsTest : public testing::Test {
 protected:
  CheckpointViewsTest() {
    h_.RunFromStart();
    for (std::uint64_t id = 1; id <= 3; ++id) Complete(id);
  }

  void Complete(std::uint64_t id) {
    h_.PassTime(std::chrono::seconds(10));
    h_.MakeDirectory(id);
    h_.clock.Advance(std::chrono::milliseconds(100 * id));
    for (std::uint32_t vertex = 0; vertex < 2; ++vertex) {
      for (std::uint32_t i = 0; i < 2; ++i) {
        CheckpointAcknowledged acknowledged{CheckpointId(id), {{VertexId(vertex), i}, {}}, {}};
        acknowledged.snapshot.files = {{"m", 100, 1}};
        acknowledged.timings = {4000, 3000, 2000, 1000};
        acknowledged.new_bytes = 10 + i;
        h_.From(i, acknowledged);
      }
    }
    h_.Decide(id);
  }

  JobMasterHarness h_;
};

TEST_F(CheckpointViewsTest, WhenOneIsShownThenNewAndFullSizeAreApart) {
  const json::object checkpoints = JobCheckpoints(h_.master());
  const json::value& newest = checkpoints.at("history").at(0);
  EXPECT_EQ(newest.at("checkpointed_size").as_uint64(), 42u);
  EXPECT_EQ(newest.at("state_size").as_uint64(), 400u);
  EXPECT_EQ(ValuesOfJob(h_.master(), 0).at("lastCheckpointSize"), 42);
  EXPECT_EQ(ValuesOfJob(h_.master(), 0).at("lastCheckpointFullSize"), 400);
}

TEST_F(CheckpointViewsTest, WhenSummarizedThenThereAreFlinksPercentiles) {
  const json::object checkpoints = JobCheckpoints(h_.master());
  const json::value& durations = checkpoints.at("summary").at("end_to_end_duration");
  EXPECT_EQ(durations.at("min").as_int64(), 100);
  EXPECT_EQ(durations.at("max").as_int64(), 300);
  EXPECT_EQ(durations.at("avg").as_int64(), 200);
  EXPECT_EQ(durations.at("p50").as_double(), 200);
  EXPECT_EQ(durations.at("p90").as_double(), 300);
  EXPECT_EQ(durations.at("p999").as_double(), 300);
}

TEST_F(CheckpointViewsTest, WhenAVertexIsShownThenEachSubtaskHasItsPhasesAndSizes) {
  const std::string vertex = VertexIdText(VertexId(1));
  const json::value detail = CheckpointDetail(h_.master(), CheckpointId(2));
  const json::value& part = detail.at("tasks").at(vertex);
  EXPECT_EQ(part.at("checkpointed_size").as_uint64(), 21u);
  const json::value& subtask = part.at("subtasks").at(1);
  EXPECT_EQ(subtask.at("checkpointed_size").as_uint64(), 11u);
  EXPECT_EQ(subtask.at("state_size").as_uint64(), 100u);
  EXPECT_EQ(subtask.at("start_delay").as_uint64(), 4u);
  EXPECT_EQ(subtask.at("alignment").at("duration").as_uint64(), 3u);
  EXPECT_EQ(subtask.at("checkpoint").at("sync").as_uint64(), 2u);
  EXPECT_EQ(subtask.at("checkpoint").at("async").as_uint64(), 1u);

  const json::value alone = CheckpointVertexDetail(h_.master(), CheckpointId(2), vertex);
  EXPECT_EQ(alone.at("summary").at("checkpointed_size").at("max").as_int64(), 11);
  EXPECT_TRUE(CheckpointVertexDetail(h_.master(), CheckpointId(2), "9").is_null());
  EXPECT_TRUE(CheckpointDetail(h_.master(), CheckpointId(9)).is_null());
}

TEST(MemoryViewTest, WhenHostsReportTheirMemoryThenItIsSummedPerWorkerWhileTheyLive) {
  JobMasterHarness h;
  h.RunFromStart();
  for (std::size_t i = 0; i < 2; ++i) h.From(i, HostMetrics{{}, 5, {1, 2, 3, 4, 50 + i}});
  const std::size_t on_a = h.WorkerOf(0) == JobMasterHarness::kWorkerA ? 0 : 1;
  EXPECT_EQ(h.master().MemoryOn(JobMasterHarness::kWorkerA).resident, 50 + on_a);
  EXPECT_EQ(h.master().MemoryOn(JobMasterHarness::kWorkerA).tables, 3u);
  h.Exit(on_a, "killed by SIGKILL");
  EXPECT_EQ(h.master().MemoryOn(JobMasterHarness::kWorkerA).resident, 0u);
}

}  // namespace
}  // namespace penstock
