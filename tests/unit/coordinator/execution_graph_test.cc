#include "coordinator/execution_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr SubtaskId kSubtask{VertexId(1), 1};

class ExecutionGraphTest : public testing::Test {
 protected:
  void Begin() { executions_.Place(kSubtask, HostId(1, 1), WorkerId(2, 2)); }
  void Pass(int millis) { clock_.Advance(std::chrono::milliseconds(millis)); }
  std::int64_t Now() const { return ToMillis(clock_.Wall()); }

  ManualClock clock_;
  JobGraph graph_ = TwoVertexGraph();
  ExecutionGraph executions_{graph_, clock_};
};

TEST_F(ExecutionGraphTest, WhenStatesFollowThenEachHasItsTime) {
  Pass(5);
  executions_.SetAll(TaskState::kScheduled);
  Pass(7);
  executions_.SetAll(TaskState::kRunning);
  executions_.SetAll(TaskState::kRunning);
  Pass(11);
  const Execution* running = executions_.Find(kSubtask);
  EXPECT_EQ(TimeIn(*running, TaskState::kCreated, Now()), 5);
  EXPECT_EQ(TimeIn(*running, TaskState::kScheduled, Now()), 7);
  EXPECT_EQ(TimeIn(*running, TaskState::kDeploying, Now()), -1);
  EXPECT_EQ(TimeIn(*running, TaskState::kRunning, Now()), 11);
  executions_.Set(kSubtask, TaskState::kFailed);
  Pass(100);
  EXPECT_EQ(TimeIn(*executions_.Find(kSubtask), TaskState::kRunning, Now()), 11);
}

TEST_F(ExecutionGraphTest, WhenAVertexIsAskedForThenItsSubtasksComeInOrder) {
  const auto of_sink = executions_.Of(VertexId(1));
  ASSERT_THAT(of_sink, SizeIs(2));
  EXPECT_EQ(of_sink[1].subtask, kSubtask);
  EXPECT_THAT(executions_.Of(VertexId(2)), IsEmpty());
  executions_.Set(kSubtask, TaskState::kRunning);
  EXPECT_EQ(executions_.Counts(VertexId(1))[static_cast<std::size_t>(TaskState::kRunning)], 1u);
  EXPECT_EQ(executions_.Counts(VertexId(0))[static_cast<std::size_t>(TaskState::kRunning)], 0u);
}

TEST_F(ExecutionGraphTest, WhenAnAttemptHasBegunThenTheNextRemembersIt) {
  executions_.Reset(graph_, 1);
  EXPECT_THAT(executions_.earlier(), IsEmpty());
  Begin();
  executions_.Set(kSubtask, TaskState::kFailed);
  executions_.Reset(graph_, 2);
  ASSERT_THAT(executions_.earlier(), SizeIs(1));
  EXPECT_EQ(executions_.earlier().front().number, 1u);
  EXPECT_EQ(executions_.earlier().front().executions.back().state, TaskState::kFailed);
  EXPECT_EQ(executions_.attempt(), 2u);
  EXPECT_EQ(executions_.Find(kSubtask)->state, TaskState::kCreated);
  EXPECT_FALSE(executions_.forgotten());
}

TEST_F(ExecutionGraphTest, WhenThereAreTooManyThenOldAttemptsAreForgottenButTheLast) {
  graph_.vertices[1].parallelism = ExecutionGraph::kRemembered;
  for (std::uint64_t attempt = 1; attempt <= 3; ++attempt) {
    executions_.Reset(graph_, attempt);
    Begin();
  }
  ASSERT_THAT(executions_.earlier(), SizeIs(1));
  EXPECT_EQ(executions_.earlier().front().number, 2u);
  EXPECT_TRUE(executions_.forgotten());
}

TEST_F(ExecutionGraphTest, WhenTheJobHasEndedBeforeThenOnlyItsEndIsKnown) {
  executions_.Ended(TaskState::kFinished, 4, 77);
  const Execution* ended = executions_.Find(kSubtask);
  EXPECT_EQ(ended->state, TaskState::kFinished);
  EXPECT_EQ(ended->end_millis, 77);
  EXPECT_EQ(TimeIn(*ended, TaskState::kCreated, 100), -1);
  EXPECT_EQ(executions_.attempt(), 4u);
}

}  // namespace
}  // namespace penstock
