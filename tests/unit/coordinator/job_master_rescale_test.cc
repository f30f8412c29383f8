#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

RestorePoint Point(std::uint64_t id) { return {CheckpointId(id), "/completed", false, {}}; }

RescaleJob To(std::uint32_t parallelism) {
  RescaleJob rescale;
  rescale.graph = TwoVertexGraph();
  for (JobVertex& vertex : rescale.graph.vertices) vertex.parallelism = parallelism;
  rescale.spec.id = JobId(7, 7);
  rescale.spec.configuration = {{"parallelism.default", std::to_string(parallelism)}};
  rescale.spec.graph_json = JobGraphToJson(rescale.graph);
  return rescale;
}

class JobMasterRescaleTest : public testing::Test {
 protected:
  void CompleteCheckpoint(std::uint64_t id) {
    h.MakeDirectory(id);
    h.AcknowledgeAll(id);
    h.Decide(id);
  }
  void ExpectStatus(RescaleStatus status) {
    ASSERT_TRUE(h.master().rescale());
    EXPECT_EQ(ToString(h.master().rescale()->status), ToString(status));
  }
  /// The next attempt, on one slot of worker A.
  void RunOnOneSlot(std::uint64_t checkpoint) {
    h.Forget();
    h.Tell(SlotsGranted{{JobMasterHarness::kWorkerA}});
    h.Prepare(Point(checkpoint));
    h.Ready();
    h.Deployed();
  }

  JobMasterHarness h;
};

TEST_F(JobMasterRescaleTest, WhenRescaledThenACheckpointIsTakenAtOnceAndTheNextAttemptIsNew) {
  h.RunFromStart();
  h.Tell(To(1));
  EXPECT_THAT(h.All<MakeCheckpointDirectory>(), SizeIs(1));
  EXPECT_EQ(h.state(), JobState::kRunning);
  CompleteCheckpoint(1);
  EXPECT_EQ(h.state(), JobState::kRestarting);
  EXPECT_THAT(h.HostCommands<CheckpointCompleted>(), SizeIs(2));
  EXPECT_THAT(h.Commands<KillHost>(), SizeIs(2));
  h.Forget();
  h.Exit(0, kOrdered);
  EXPECT_THAT(h.All<RequestSlots>(), IsEmpty()) << "not before the other host is gone";
  h.Exit(1, kOrdered);
  EXPECT_EQ(h.All<RequestSlots>().at(0).count, 1u);
  RunOnOneSlot(1);
  EXPECT_THAT(h.hosts, SizeIs(1));
  EXPECT_EQ(h.hosts[0].job.configuration.at("parallelism.default"), "1");
  EXPECT_EQ(h.state(), JobState::kRunning);
  EXPECT_EQ(h.generation(), Generation(2));
  EXPECT_EQ(h.master().progress().restarts, 0u);
  EXPECT_THAT(h.master().progress().failures, IsEmpty());
  EXPECT_THAT(h.master().executions().executions(), SizeIs(2));
  ExpectStatus(RescaleStatus::kCompleted);
}

TEST_F(JobMasterRescaleTest, WhenRescaledThenItsDescriptionIsStoredWithTheGenerationOnce) {
  h.RunFromStart();
  EXPECT_EQ(h.All<PrepareAttempt>().at(0).spec, std::nullopt);
  h.Tell(To(1));
  CompleteCheckpoint(1);
  h.ExitAll();
  RunOnOneSlot(1);
  const auto prepared = h.All<PrepareAttempt>();
  ASSERT_TRUE(prepared.at(0).spec);
  EXPECT_EQ(prepared[0].spec->graph_json, To(1).spec.graph_json);
  EXPECT_EQ(prepared[0].progress.generation, Generation(2));
  h.Exit(0, "killed by SIGKILL");
  h.Tell(SlotsGranted{{JobMasterHarness::kWorkerA}});
  EXPECT_EQ(h.All<PrepareAttempt>().at(1).spec, std::nullopt);
}

TEST_F(JobMasterRescaleTest, WhenItsDescriptionCannotBeStoredThenTheNextAttemptTriesAgain) {
  h.RunFromStart();
  h.Tell(To(1));
  CompleteCheckpoint(1);
  h.ExitAll();
  h.Tell(SlotsGranted{{JobMasterHarness::kWorkerA}});
  h.Tell(AttemptPrepared{Generation(2), Status::External("disk full"), {}, {}, {}});
  h.Tell(SlotsGranted{{JobMasterHarness::kWorkerA}});
  const auto prepared = h.All<PrepareAttempt>();
  ASSERT_THAT(prepared, SizeIs(3));
  EXPECT_TRUE(prepared[2].spec);
}

TEST_F(JobMasterRescaleTest, WhenTheNewAttemptRunsThenItsCheckpointsNeedItsTasksOnly) {
  h.RunFromStart();
  h.Tell(To(1));
  CompleteCheckpoint(1);
  h.ExitAll();
  RunOnOneSlot(1);
  h.PassTime(seconds(10));
  h.MakeDirectory(2);
  h.Acknowledge(2, {VertexId(0), 0});
  h.Acknowledge(2, {VertexId(1), 0});
  EXPECT_THAT(h.All<WriteDecision>().at(0).manifest.tasks, SizeIs(2));
}

TEST_F(JobMasterRescaleTest, WhenACheckpointIsInFlightThenItIsTheOneThatIsUsed) {
  h.RunFromStart();
  h.PassTime(seconds(10));
  h.Tell(To(1));
  EXPECT_THAT(h.All<MakeCheckpointDirectory>(), SizeIs(1));
  CompleteCheckpoint(1);
  EXPECT_EQ(h.state(), JobState::kRestarting);
}

TEST_F(JobMasterRescaleTest, WhenTheCheckpointFailsThenAnotherIsTakenSoon) {
  h.RunFromStart();
  h.Tell(To(1));
  h.MakeDirectory(1);
  h.From(0, CheckpointDeclined{CheckpointId(1), {VertexId(1), 0}, Status::External("disk full")});
  h.PassTime(seconds(1));
  CompleteCheckpoint(2);
  EXPECT_EQ(h.state(), JobState::kRestarting);
}

TEST_F(JobMasterRescaleTest, WhenNoCheckpointCompletesInTimeThenItIsGivenUpAndTheJobRunsOn) {
  h.RunFromStart();
  h.Tell(To(1));
  h.MakeDirectory(1);
  ASSERT_TRUE(h.master().NextWake());
  h.PassTime(minutes(10));
  ExpectStatus(RescaleStatus::kGivenUp);
  EXPECT_THAT(h.master().rescale()->reason, HasSubstr("no checkpoint was completed within 600 s"));
  h.PassTime(seconds(10));
  CompleteCheckpoint(2);
  EXPECT_EQ(h.state(), JobState::kRunning);
  EXPECT_THAT(h.Commands<KillHost>(), IsEmpty());
}

TEST_F(JobMasterRescaleTest, WhenHostsFailWhileTheAttemptEndsThenNoFailureIsCounted) {
  h.RunFromStart();
  h.Tell(To(1));
  CompleteCheckpoint(1);
  h.From(0, HostFailed{Status::Unavailable("connection to host b lost"), {}, ""});
  h.Exit(0, "exit code 1");
  h.Tell(WorkerGone{JobMasterHarness::kWorkerB, "closed"});
  EXPECT_EQ(h.state(), JobState::kRestarting);
  EXPECT_EQ(h.All<RequestSlots>().back().count, 1u);
  EXPECT_THAT(h.master().progress().failures, IsEmpty());
  EXPECT_EQ(h.master().progress().restarts, 0u);
}

TEST_F(JobMasterRescaleTest, WhenAHostDiesBeforeTheCheckpointThenTheNextAttemptIsNewNevertheless) {
  h.RunFromStart();
  h.Tell(To(1));
  h.ExitAll();
  EXPECT_EQ(h.master().progress().restarts, 1u);
  EXPECT_EQ(h.All<RequestSlots>().back().count, 1u);
  RunOnOneSlot(0);
  ExpectStatus(RescaleStatus::kCompleted);
}

TEST_F(JobMasterRescaleTest, WhenTheJobWaitsForSlotsThenItAsksForTheNewNumber) {
  h.Tell(StartJob{});
  h.Tell(To(1));
  EXPECT_EQ(h.All<RequestSlots>().back().count, 1u);
  h.Tell(To(3));
  EXPECT_EQ(h.All<RequestSlots>().back().count, 3u);
  EXPECT_EQ(h.master().graph().slots(), 3u);
}

TEST_F(JobMasterRescaleTest, WhenTheJobIsStillDeployingThenItIsRescaledOnceItRuns) {
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Prepare();
  h.Tell(To(1));
  h.Ready();
  EXPECT_THAT(h.All<MakeCheckpointDirectory>(), IsEmpty());
  h.Deployed();
  CompleteCheckpoint(1);
  EXPECT_EQ(h.state(), JobState::kRestarting);
}

TEST_F(JobMasterRescaleTest, WhenCancelledBeforeTheCheckpointThenCanceled) {
  h.RunFromStart();
  h.Tell(To(1));
  h.Tell(CancelJob{});
  ExpectStatus(RescaleStatus::kGivenUp);
  h.Exit(0, "exit code 0", true);
  h.Exit(1, "exit code 0", true);
  EXPECT_EQ(h.state(), JobState::kCanceled);
}

TEST_F(JobMasterRescaleTest, WhenCancelledWhileTheAttemptEndsThenThereIsNoOther) {
  h.RunFromStart();
  h.Tell(To(1));
  CompleteCheckpoint(1);
  h.Tell(CancelJob{});
  EXPECT_EQ(h.state(), JobState::kCancelling);
  h.Forget();
  h.ExitAll();
  EXPECT_EQ(h.state(), JobState::kCanceled);
  EXPECT_THAT(h.All<RequestSlots>(), IsEmpty());
}

TEST_F(JobMasterRescaleTest, WhenStoppedThenTheRescaleIsGivenUpAndTheJobFinishes) {
  h.RunFromStart();
  h.Tell(To(1));
  h.Tell(StopJob{});
  ExpectStatus(RescaleStatus::kGivenUp);
  CompleteCheckpoint(1);
  EXPECT_EQ(h.state(), JobState::kRunning);
  h.EndSources();
  CompleteCheckpoint(2);
  h.FromAll(HostFinished{});
  EXPECT_EQ(h.state(), JobState::kFinished);
}

TEST_F(JobMasterRescaleTest, WhenStoppedWhileTheAttemptEndsThenTheNextOneStops) {
  h.RunFromStart();
  h.Tell(To(1));
  CompleteCheckpoint(1);
  h.Tell(StopJob{});
  h.ExitAll();
  h.RunFromSlots(Point(1));
  EXPECT_THAT(h.HostCommands<StopSources>(), SizeIs(2));
}

TEST_F(JobMasterRescaleTest, WhenAllSourcesEndThenTheRescaleIsGivenUpForTheFinalCheckpoint) {
  h.RunFromStart();
  h.Tell(To(1));
  h.EndSources();
  ExpectStatus(RescaleStatus::kGivenUp);
  CompleteCheckpoint(1);
  EXPECT_EQ(h.state(), JobState::kRunning);
  h.PassTime(seconds(0));
  h.MakeDirectory(2);
  EXPECT_TRUE(h.HostCommands<TriggerCheckpoint>().back().final);
  EXPECT_EQ(h.master().CheckRescale().code(), ErrorCode::kConflict);
}

TEST_F(JobMasterRescaleTest, WhenTheParallelismIsTheSameThenNothingHappens) {
  h.RunFromStart();
  h.Forget();
  h.Tell(To(2));
  ExpectStatus(RescaleStatus::kUnchanged);
  EXPECT_THAT(h.effects, IsEmpty());
}

TEST_F(JobMasterRescaleTest, WhenAnotherIsAskedForThenTheNewestCounts) {
  h.RunFromStart();
  h.Tell(To(3));
  h.Tell(To(1));
  EXPECT_EQ(h.master().rescale()->parallelism, 1u);
  CompleteCheckpoint(1);
  h.ExitAll();
  EXPECT_EQ(h.All<RequestSlots>().back().count, 1u);
}

TEST_F(JobMasterRescaleTest, WhenTheOldParallelismIsAskedForAgainThenTheRescaleIsWithdrawn) {
  h.RunFromStart();
  h.Tell(To(1));
  h.Tell(To(2));
  CompleteCheckpoint(1);
  EXPECT_EQ(h.state(), JobState::kRunning);
  ExpectStatus(RescaleStatus::kUnchanged);
}

TEST_F(JobMasterRescaleTest, WhenTheJobHasEndedThenItIsAConflict) {
  h.RunFromStart();
  h.Tell(CancelJob{});
  EXPECT_EQ(h.master().CheckRescale().code(), ErrorCode::kConflict);
  h.ExitAll();
  EXPECT_THAT(h.master().CheckRescale().message(), HasSubstr("has ended"));
  h.Tell(To(1));
  EXPECT_EQ(h.master().rescale(), std::nullopt);
}

TEST_F(JobMasterRescaleTest, WhenTheJobIsToEndWithASavepointThenItIsNotRescaled) {
  h.RunFromStart();
  h.Tell(To(1));
  h.Tell(RequestSnapshot{TriggerId(1, 1), "/savepoints", true});
  ExpectStatus(RescaleStatus::kGivenUp);
  EXPECT_EQ(h.master().CheckRescale().code(), ErrorCode::kConflict);
  CompleteCheckpoint(1);
  EXPECT_EQ(h.state(), JobState::kRunning);
}

TEST_F(JobMasterRescaleTest, WhenItsCheckpointIsASavepointThenThatIsExportedNevertheless) {
  h.RunFromStart();
  h.Tell(RequestSnapshot{TriggerId(1, 1), "/savepoints", false});
  h.Tell(To(1));
  CompleteCheckpoint(1);
  EXPECT_EQ(h.state(), JobState::kRestarting);
  EXPECT_THAT(h.All<ExportSavepoint>(), SizeIs(1));
}

}  // namespace
}  // namespace penstock
