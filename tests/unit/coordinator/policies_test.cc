#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/execution_graph.h"
#include "coordinator/job_state.h"
#include "coordinator/restart_policy.h"
#include "coordinator/slot_pool.h"
#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kMiddle = 1ULL << 63;

TEST(JobStateTest, WhenTheEdgeIsIllegalThenRefusedAndUnchanged) {
  JobState state = JobState::kFinished;
  EXPECT_FALSE(Transition(state, JobState::kRunning).ok());
  EXPECT_EQ(state, JobState::kFinished);
  state = JobState::kCreated;
  EXPECT_FALSE(Transition(state, JobState::kFinished).ok());
  EXPECT_TRUE(Transition(state, JobState::kRunning).ok());
}

TEST(JobStateTest, WhenAJobRunsThenItMayRestartWithoutAFailure) {
  JobState state = JobState::kRunning;
  EXPECT_TRUE(Transition(state, JobState::kRestarting).ok());
  EXPECT_TRUE(Transition(state, JobState::kRunning).ok());
}

TEST(JobStateTest, WhenSpelledThenReadBack) {
  for (int i = 0; i < kJobStates; ++i) {
    const auto state = static_cast<JobState>(i);
    EXPECT_EQ(ParseJobState(ToString(state)), state);
  }
}

TEST(RestartPolicyTest, WhenExponentialThenFirstImmediateThenGrowingToTheMaximum) {
  RestartPolicy policy({}, [] { return kMiddle; });
  const Clock::MonotonicTime now{};
  EXPECT_EQ(policy.OnFailure(now), seconds(0));
  EXPECT_EQ(policy.OnFailure(now), seconds(1));
  EXPECT_EQ(policy.OnFailure(now), milliseconds(1500));
  EXPECT_EQ(policy.OnFailure(now), milliseconds(2250));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(policy.OnFailure(now).has_value());
  EXPECT_EQ(policy.OnFailure(now), seconds(60));
}

TEST(RestartPolicyTest, WhenJitteredThenWithinTenPercent) {
  RestartPolicy least({}, [] { return std::uint64_t{0}; });
  least.OnFailure({});
  EXPECT_EQ(least.OnFailure({}), milliseconds(900));
  RestartPolicy most({}, [] { return UINT64_MAX; });
  most.OnFailure({});
  EXPECT_NEAR(static_cast<double>(most.OnFailure({})->count()), 1.1e9, 1e3);
}

TEST(RestartPolicyTest, WhenItRanAnHourWithoutAFailureThenTheNextIsImmediateAgain) {
  RestartPolicy policy({}, [] { return kMiddle; });
  Clock::MonotonicTime now{};
  policy.OnFailure(now);
  policy.OnFailure(now);
  now += seconds(1) + hours(1) - milliseconds(1);
  EXPECT_EQ(policy.OnFailure(now), milliseconds(1500));
  now += milliseconds(1500) + hours(1);
  EXPECT_EQ(policy.OnFailure(now), seconds(0));
}

TEST(RestartPolicyTest, WhenAttemptsAreUsedUpThenNone) {
  RestartPolicy exponential({.exponential_attempts = 2}, [] { return kMiddle; });
  EXPECT_TRUE(exponential.OnFailure({}) && exponential.OnFailure({}));
  EXPECT_EQ(exponential.OnFailure({}), std::nullopt);
  RestartPolicy fixed({.strategy = RestartStrategy::kFixedDelay, .fixed_attempts = 1}, {});
  EXPECT_EQ(fixed.OnFailure({}), seconds(1));
  EXPECT_EQ(fixed.OnFailure({}), std::nullopt);
  RestartPolicy none({.strategy = RestartStrategy::kNone}, {});
  EXPECT_EQ(none.OnFailure({}), std::nullopt);
}

class SlotPoolTest : public testing::Test {
 protected:
  static WorkerRegistration Worker(std::uint64_t id, std::uint32_t slots) {
    WorkerRegistration registration;
    registration.worker = WorkerId(0, id);
    registration.slots = slots;
    return registration;
  }
  static JobId Job(std::uint64_t id) { return {0, id}; }

  SlotPool pool_;
};

TEST_F(SlotPoolTest, WhenTwoWorkersThenSlotsAreSpread) {
  pool_.AddWorker(Worker(1, 4), {});
  pool_.AddWorker(Worker(2, 4), {});
  const auto grants = pool_.Request(Job(1), 4);
  ASSERT_THAT(grants, SizeIs(1));
  EXPECT_EQ(std::count(grants[0].slots.begin(), grants[0].slots.end(), WorkerId(0, 1)), 2);
  EXPECT_EQ(pool_.free_slots(), 4u);
  EXPECT_EQ(pool_.HeldBy(Job(1)), 4u);
  EXPECT_EQ(pool_.HeldBy(Job(2)), 0u);
}

TEST_F(SlotPoolTest, WhenJobsWaitThenServedInOrderAsWorkersRegister) {
  EXPECT_THAT(pool_.Request(Job(1), 2), IsEmpty());
  EXPECT_THAT(pool_.Request(Job(2), 1), IsEmpty());
  EXPECT_THAT(pool_.WaitingFor(Job(1)), testing::HasSubstr("waiting for 2 slots: 0 of 0 free"));
  const auto grants = pool_.AddWorker(Worker(1, 3), {});
  ASSERT_THAT(grants, SizeIs(2));
  EXPECT_EQ(grants[0].job, Job(1));
  EXPECT_EQ(pool_.WaitingFor(Job(1)), "");
}

TEST_F(SlotPoolTest, WhenTheFirstWouldFitTheClusterThenLaterOnesDoNotOvertake) {
  pool_.AddWorker(Worker(1, 2), {});
  pool_.Request(Job(1), 1);
  EXPECT_THAT(pool_.Request(Job(2), 2), IsEmpty());
  EXPECT_THAT(pool_.Request(Job(3), 1), IsEmpty());
  EXPECT_EQ(pool_.Release(Job(1)).at(0).job, Job(2));
}

TEST_F(SlotPoolTest, WhenAJobAsksAnewThenItKeepsItsPlace) {
  pool_.AddWorker(Worker(1, 2), {});
  pool_.Request(Job(1), 2);
  EXPECT_THAT(pool_.Request(Job(2), 1), IsEmpty());
  EXPECT_EQ(pool_.Request(Job(1), 2).at(0).job, Job(1));
}

TEST_F(SlotPoolTest, WhenOneNeedsMoreThanTheClusterHasThenOthersGoOn) {
  pool_.AddWorker(Worker(1, 2), {});
  EXPECT_THAT(pool_.Request(Job(1), 9), IsEmpty());
  EXPECT_THAT(pool_.Request(Job(2), 2), SizeIs(1));
}

TEST_F(SlotPoolTest, WhenAWorkerIsLostThenItsSlotsAreGoneAndGivingBackIsSafe) {
  pool_.AddWorker(Worker(1, 1), {});
  pool_.AddWorker(Worker(2, 1), {});
  pool_.Request(Job(1), 2);
  pool_.RemoveWorker(WorkerId(0, 1));
  EXPECT_EQ(pool_.total_slots(), 1u);
  EXPECT_THAT(pool_.Request(Job(1), 2), IsEmpty());
  EXPECT_EQ(pool_.free_slots(), 1u);
  EXPECT_THAT(pool_.AddWorker(Worker(3, 1), {}), SizeIs(1));
}

TEST_F(SlotPoolTest, WhenAWorkerIsSilentThenItIsNamed) {
  pool_.AddWorker(Worker(1, 1), {});
  pool_.AddWorker(Worker(2, 1), {});
  const Clock::MonotonicTime now = Clock::MonotonicTime{} + seconds(4);
  pool_.Heartbeat(WorkerId(0, 2), WorkerHeartbeat{5}, now);
  EXPECT_THAT(pool_.Silent(now, seconds(3)), ElementsAre(WorkerId(0, 1)));
}

TEST(ExecutionGraphStatesTest, WhenATaskHasEndedThenItsStateStays) {
  ManualClock clock;
  ExecutionGraph graph(TwoVertexGraph(), clock);
  graph.SetAll(TaskState::kRunning);
  graph.Set({VertexId(1), 1}, TaskState::kFailed);
  graph.SetAll(TaskState::kCanceled);
  EXPECT_EQ(graph.Find({VertexId(1), 1})->state, TaskState::kFailed);
  EXPECT_EQ(ExecutionGraph::Aggregate(graph.Counts(VertexId(1))), TaskState::kFailed);
  EXPECT_EQ(ExecutionGraph::Aggregate(graph.Counts(VertexId(0))), TaskState::kCanceled);
  EXPECT_EQ(graph.Find({VertexId(1), 2}), nullptr);
}

}  // namespace
}  // namespace penstock
