#include "coordinator/rest/vertex_views.h"

#include <chrono>
#include <ctime>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/rest/job_views.h"
#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

/// A job of two vertices with two subtasks each that has failed once and runs again.
class VertexViewsTest : public testing::Test {
 protected:
  VertexViewsTest() {
    WorkerRegistration worker;
    worker.worker = JobMasterHarness::kWorkerA;
    worker.slots = 1;
    worker.address = "host-a";
    slots_.AddWorker(worker, h_.clock.Now());
    h_.RunFromStart();
    h_.PassTime(std::chrono::milliseconds(30));
    h_.From(0, HostFailed{
                   Status::User(ErrorCode::kFailed, "boom", "fix it"), {VertexId(0), 0}, "parse"});
    h_.Exit(0, kOrdered);
    h_.Exit(1, kOrdered);
  }

  std::int64_t Now() const { return ToMillis(h_.clock.Wall()); }
  json::object Detail() { return VertexDetail(h_.master(), slots_, VertexId(0), Now()); }

  JobMasterHarness h_;
  SlotPool slots_;
};

TEST_F(VertexViewsTest, WhenAnAttemptHasFailedThenItsFailureNamesTaskOperatorWorkerAndAttempt) {
  const json::object exceptions = JobExceptions(h_.master(), slots_, 16);
  const json::value& root = exceptions.at("exceptionHistory").at("entries").at(0);
  EXPECT_EQ(root.at("exceptionName").as_string(), "boom");
  EXPECT_EQ(root.at("hint").as_string(), "fix it");
  EXPECT_EQ(root.at("operator").as_string(), "parse");
  EXPECT_THAT(root.at("taskName").as_string().c_str(), HasSubstr("numbers (1/2)"));
  EXPECT_EQ(root.at("attempt").as_uint64(), 0u);
  EXPECT_FALSE(root.at("taskManagerId").is_null());
  EXPECT_FALSE(exceptions.at("truncated").as_bool());
  const json::object none = JobExceptions(h_.master(), slots_, 0);
  EXPECT_TRUE(none.at("exceptionHistory").at("entries").as_array().empty());
  EXPECT_TRUE(none.at("truncated").as_bool());
}

TEST_F(VertexViewsTest, WhenAskedForAnAttemptThenTheOldOneIsKnownToo) {
  const auto failed = FindAttempt(h_.master(), {VertexId(0), 0}, 0);
  ASSERT_TRUE(failed.ok()) << failed.status().message();
  EXPECT_EQ(SubtaskDetail(*failed, slots_, Now()).at("status").as_string(), "FAILED");
  const auto newest = FindAttempt(h_.master(), {VertexId(0), 0}, std::nullopt);
  ASSERT_TRUE(newest.ok());
  EXPECT_EQ(newest->number, 1u);
  EXPECT_EQ(FindAttempt(h_.master(), {VertexId(0), 9}, std::nullopt).status().code(),
            ErrorCode::kNotFound);
  EXPECT_EQ(FindAttempt(h_.master(), {VertexId(0), 0}, 7).status().code(), ErrorCode::kNotFound);
}

TEST_F(VertexViewsTest, WhenShownThenSubtasksHaveDurationsAndTheirAggregates) {
  const json::object detail = Detail();
  ASSERT_EQ(detail.at("subtasks").as_array().size(), 2u);
  EXPECT_TRUE(detail.at("subtasks").at(0).at("watermark").is_null());
  EXPECT_TRUE(detail.at("subtasks").at(0).at("status-duration").as_object().contains("CREATED"));
  EXPECT_EQ(detail.at("aggregated").at("metrics").at("read-records").at("max").as_int64(), 0);
}

TEST_F(VertexViewsTest, WhenTheTimelineIsShownThenItHasEveryAttempt) {
  const json::object timeline = JobTimeline(h_.master(), VertexId(0), Now());
  ASSERT_EQ(timeline.at("vertices").as_array().size(), 1u);
  const json::array& subtasks = timeline.at("vertices").at(0).at("subtasks").as_array();
  ASSERT_EQ(subtasks.size(), 4u);
  EXPECT_EQ(subtasks[0].at("attempt").as_uint64(), 0u);
  EXPECT_EQ(subtasks[0].at("status").as_string(), "FAILED");
  EXPECT_TRUE(subtasks[0].at("timestamps").as_object().contains("RUNNING"));
  EXPECT_EQ(subtasks[3].at("attempt").as_uint64(), 1u);
}

TEST_F(VertexViewsTest, WhenSummedUpByWorkerThenAddressesAreThoseOfTheWorkers) {
  JobMasterHarness running;
  running.RunFromStart();
  const json::object view = VertexWorkers(running.master(), slots_, VertexId(0), Now());
  std::vector<std::string> endpoints;
  for (const json::value& worker : view.at("taskmanagers").as_array()) {
    endpoints.emplace_back(worker.at("endpoint").as_string());
  }
  EXPECT_THAT(endpoints,
              testing::UnorderedElementsAre("host-a", ToString(JobMasterHarness::kWorkerB)));
}

TEST(JobDetailTest, WhenAJobHasManySubtasksThenItsDetailTakesLittleTime) {
  JobGraph graph = TwoVertexGraph();
  for (JobVertex& vertex : graph.vertices) vertex.parallelism = 16;
  for (std::uint32_t i = 2; i < 160; ++i) {
    graph.vertices.push_back(graph.vertices[1]);
    graph.vertices.back().id = VertexId(i);
    graph.edges.push_back({.from = VertexId(0), .to = VertexId(i), .record = {}, .key = {}});
  }
  JobMasterHarness h({}, {}, graph);
  const std::clock_t start = std::clock();
  const std::string text = json::serialize(JobDetail(h.master(), "", 0));
  const double took = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  EXPECT_GT(text.size(), 10000u);
  // 2560 subtasks, in milliseconds of the processor, which do not depend on what else runs.
  EXPECT_LT(took, 50);
}

}  // namespace
}  // namespace penstock
