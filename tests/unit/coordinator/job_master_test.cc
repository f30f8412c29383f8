#include "coordinator/job_master.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

RestorePoint Point(std::uint64_t id, bool final = false) {
  return {CheckpointId(id), "/completed", final, {}};
}

RestartOptions NoRestarts() { return {.strategy = RestartStrategy::kNone}; }

std::string FirstCause(JobMasterHarness& h) {
  return h.master().progress().failures.empty() ? ""
                                                : h.master().progress().failures.front().message;
}

TEST(JobMasterTest, WhenNoSlotsThenWaitsAndStartsWhenTheyAppear) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  EXPECT_EQ(h.All<RequestSlots>().at(0).count, 2u);
  EXPECT_EQ(h.state(), JobState::kCreated);
  h.PassTime(std::chrono::hours(1));
  EXPECT_THAT(h.All<PrepareAttempt>(), IsEmpty());
  h.RunFromSlots();
  EXPECT_EQ(h.state(), JobState::kRunning);
}

TEST(JobMasterTest, WhenSlotsAreGrantedThenTheGenerationIsStoredBeforeAnythingStarts) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.GrantSlots();
  EXPECT_EQ(h.All<PrepareAttempt>().at(0).progress.generation, Generation(1));
  EXPECT_THAT(h.All<SendCommand>(), IsEmpty());
  h.Prepare();
  EXPECT_THAT(h.hosts, SizeIs(2));
}

TEST(JobMasterTest, WhenHostsAreReadyOneByOneThenAllDeployTogetherWithAllEndpoints) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Prepare(Point(4));
  h.From(0, HostReady{"tcp://a"});
  EXPECT_THAT(h.HostCommands<DeployTasks>(), IsEmpty());
  h.From(1, HostReady{"tcp://b"});
  const auto deploys = h.HostCommands<DeployTasks>();
  ASSERT_THAT(deploys, SizeIs(2));
  ASSERT_THAT(deploys[0].hosts, SizeIs(2));
  EXPECT_THAT(deploys[0].hosts[0].endpoint + deploys[0].hosts[1].endpoint,
              testing::AnyOf("tcp://atcp://b", "tcp://btcp://a"));
  EXPECT_THAT(deploys[0].hosts[0].subtasks, SizeIs(2));
  EXPECT_EQ(deploys[0].restore.at(0).checkpoint, CheckpointId(4));
  h.From(0, HostDeployed{});
  EXPECT_THAT(h.HostCommands<StartTasks>(), IsEmpty());
  h.From(1, HostDeployed{});
  EXPECT_THAT(h.HostCommands<StartTasks>(), SizeIs(2));
}

TEST(JobMasterTest, WhenAHostDiesWhileStartingThenTheAttemptEndsAndTheNextHasANewGeneration) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Prepare();
  h.Exit(0, "killed by SIGSEGV");
  EXPECT_EQ(h.state(), JobState::kFailing);
  EXPECT_THAT(h.Commands<KillHost>(), SizeIs(1));
  EXPECT_THAT(h.All<RequestSlots>(), SizeIs(1)) << "not before the other host is gone";
  h.Exit(1, kOrdered);
  EXPECT_EQ(h.state(), JobState::kRestarting);
  h.RunFromSlots();
  EXPECT_EQ(h.state(), JobState::kRunning);
  EXPECT_EQ(h.generation(), Generation(2));
}

TEST(JobMasterTest, WhenAHostDiesWhileDeployingThenTheJobRestarts) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Prepare();
  h.Ready();
  h.From(0, HostDeployed{});
  h.Exit(1, "killed by SIGSEGV");
  h.Exit(0, kOrdered);
  EXPECT_EQ(h.state(), JobState::kRestarting);
  EXPECT_THAT(FirstCause(h), HasSubstr("SIGSEGV"));
}

TEST(JobMasterTest, WhenAHostDiesWhileRunningThenTheFirstRestartIsImmediate) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Forget();
  h.Exit(1, "killed by SIGKILL");
  h.Exit(0, kOrdered);
  EXPECT_THAT(h.All<RequestSlots>(), SizeIs(1));
  EXPECT_EQ(h.master().progress().restarts, 1u);
}

TEST(JobMasterTest, WhenItFailsAgainThenTheDelayGrowsFromOneSecond) {
  JobMasterHarness h;
  h.RunFromStart();
  h.ExitAll();
  h.RunFromSlots();
  h.Forget();
  h.ExitAll();
  EXPECT_THAT(h.All<RequestSlots>(), IsEmpty());
  h.PassTime(std::chrono::milliseconds(999));
  EXPECT_THAT(h.All<RequestSlots>(), IsEmpty());
  h.PassTime(std::chrono::milliseconds(1));
  EXPECT_THAT(h.All<RequestSlots>(), SizeIs(1));
}

TEST(JobMasterTest, WhenAllWorkersAreLostThenTheJobWaitsForSlotsAgain) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Forget();
  h.Tell(WorkerGone{JobMasterHarness::kWorkerA, "closed"});
  EXPECT_EQ(h.state(), JobState::kFailing);
  h.Tell(WorkerGone{JobMasterHarness::kWorkerB, "closed"});
  EXPECT_EQ(h.state(), JobState::kRestarting);
  EXPECT_THAT(h.All<RequestSlots>(), SizeIs(1));
}

TEST(JobMasterTest, WhenAWorkerIsLostBeforeItsHostStartsThenSlotsAreAskedForAgainWithoutAFailure) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Tell(WorkerGone{JobMasterHarness::kWorkerA, "closed"});
  h.Prepare();
  EXPECT_THAT(h.hosts, IsEmpty());
  EXPECT_THAT(h.All<RequestSlots>(), SizeIs(2));
  EXPECT_EQ(h.master().progress().restarts, 0u);
}

TEST(JobMasterTest, WhenAHostIsKilledFromOutsideThenThatIsTheCauseNotTheLostConnection) {
  JobMasterHarness h(NoRestarts());
  h.RunFromStart();
  h.From(0, HostFailed{Status::Unavailable("connection to host b lost"), {}, ""});
  h.Exit(1, "killed by SIGKILL");
  h.Exit(0, kOrdered);
  EXPECT_EQ(h.state(), JobState::kFailed);
  EXPECT_THAT(FirstCause(h), HasSubstr("killed by SIGKILL"));
}

TEST(JobMasterTest, WhenAConnectionLossIsReportedBeforeItsCauseThenTheCauseIsOnTop) {
  JobMasterHarness h(NoRestarts());
  h.RunFromStart();
  h.From(0, HostFailed{Status::Unavailable("connection to host b lost"), {}, ""});
  h.Exit(1, "killed by SIGSEGV");
  h.Exit(0, kOrdered);
  EXPECT_EQ(h.state(), JobState::kFailed);
  EXPECT_THAT(FirstCause(h), HasSubstr("SIGSEGV"));
  EXPECT_THAT(h.master().progress().failures[0].followed_by,
              ElementsAre(testing::Field(&JobConsequence::message,
                                         HasSubstr("connection to host b lost"))));
}

TEST(JobMasterTest, WhenAUserErrorComesFromDeployingThenTheJobFailsAtOnce) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Prepare();
  h.From(0, HostFailed{Status::InvalidArgument("the graph differs"), {}, ""});
  h.ExitAll();
  EXPECT_EQ(h.state(), JobState::kFailed);
  EXPECT_EQ(FirstCause(h), "the graph differs");
}

TEST(JobMasterTest, WhenARecordIsMalformedThenTheJobFailsAtOnce) {
  JobMasterHarness h;
  h.RunFromStart();
  h.From(0, HostFailed{Status::InvalidArgument("bad record"), {VertexId(1), 0}, "out"});
  h.ExitAll();
  EXPECT_EQ(h.state(), JobState::kFailed);
  EXPECT_EQ(FirstCause(h), "bad record");
}

TEST(JobMasterTest, WhenUserCodeThrowsThenTheJobRestartsAndNamesTheTask) {
  JobMasterHarness h;
  h.RunFromStart();
  h.From(0, HostFailed{Status::User(ErrorCode::kFailed, "threw"), {VertexId(1), 0}, "out"});
  h.ExitAll();
  EXPECT_EQ(h.state(), JobState::kRestarting);
  EXPECT_THAT(h.master().progress().failures[0].task, HasSubstr("out ("));
}

TEST(JobMasterTest, WhenASecondRunningHostFailsAfterTheFirstThenTheJobRestartsNevertheless) {
  JobMasterHarness h;
  h.RunFromStart(RestorePoint{CheckpointId(4), "/c/4", false, {}});
  h.From(0, HostFailed{Status::User(ErrorCode::kFailed, "threw"), {VertexId(1), 0}, "out"});
  h.From(1, HostFailed{Status::User(ErrorCode::kFailed, "threw too"), {VertexId(1), 1}, "out"});
  h.From(1, HostFailed{Status::Corruption("a damaged frame"), {}, ""});
  h.ExitAll();
  EXPECT_EQ(h.state(), JobState::kRestarting);
  h.GrantSlots();
  EXPECT_THAT(h.All<PrepareAttempt>().back().unreadable, IsEmpty());
}

TEST(JobMasterTest, WhenAttemptsAreUsedUpThenFailedWithTheFirstCause) {
  JobMasterHarness h({.strategy = RestartStrategy::kFixedDelay, .fixed_attempts = 1});
  h.RunFromStart();
  h.ExitAll();
  EXPECT_EQ(h.state(), JobState::kRestarting);
  h.PassTime(seconds(1));
  h.RunFromSlots();
  h.From(0, HostFailed{Status::External("poison"), {}, ""});
  h.ExitAll();
  EXPECT_EQ(h.state(), JobState::kFailed);
  EXPECT_EQ(FirstCause(h), "poison");
  EXPECT_THAT(h.All<ReleaseSlots>(), SizeIs(1));
}

TEST(JobMasterTest, WhenEventsOfAnOlderGenerationComeThenTheyAreIgnoredAndTheirHostsKilled) {
  JobMasterHarness h;
  h.RunFromStart();
  const HostId old = h.hosts[0].host;
  h.ExitAll();
  h.RunFromSlots();
  h.Forget();
  h.Tell(
      HostMessage{JobMasterHarness::kWorkerA, old, HostFailed{Status::Internal("late"), {}, ""}});
  EXPECT_EQ(h.state(), JobState::kRunning);
  EXPECT_EQ(h.Commands<KillHost>().at(0).host, old);
  h.Tell(DecisionWritten{Generation(1), CheckpointId(1), {Decision::kDecided, Status()}});
  h.Tell(AttemptPrepared{Generation(1), Status::Internal("late"), {}, {}, {}});
  EXPECT_THAT(h.HostCommands<CheckpointCompleted>(), IsEmpty());
  EXPECT_EQ(h.state(), JobState::kRunning);
}

TEST(JobMasterTest, WhenACheckpointIsDecidedThenHostsAreToldAndOldOnesDropped) {
  JobMasterHarness h;
  h.RunFromStart();
  h.PassTime(seconds(10));
  EXPECT_EQ(h.All<MakeCheckpointDirectory>().at(0).progress.last_used, CheckpointId(1));
  EXPECT_THAT(h.HostCommands<TriggerCheckpoint>(), IsEmpty());
  h.MakeDirectory(1);
  EXPECT_THAT(h.HostCommands<TriggerCheckpoint>(), SizeIs(2));
  h.AcknowledgeAll(1);
  ASSERT_THAT(h.All<WriteDecision>(), SizeIs(1));
  EXPECT_THAT(h.All<WriteDecision>()[0].manifest.tasks, SizeIs(4));
  EXPECT_THAT(h.HostCommands<CheckpointCompleted>(), IsEmpty());
  h.Decide(1);
  EXPECT_THAT(h.HostCommands<CheckpointCompleted>(), SizeIs(2));
  EXPECT_THAT(h.All<DropOldCheckpoints>(), SizeIs(1));
  EXPECT_EQ(h.master().progress().last_completed, CheckpointId(1));
}

TEST(JobMasterTest, WhenAHostDiesWithAllAcknowledgementsInThenTheIdIsNotUsedAgain) {
  JobMasterHarness h;
  h.RunFromStart();
  h.PassTime(seconds(10));
  h.MakeDirectory(1);
  h.AcknowledgeAll(1);
  h.ExitAll();
  h.Decide(1);
  EXPECT_THAT(h.HostCommands<CheckpointCompleted>(), IsEmpty());
  h.RunFromSlots(Point(1));
  h.PassTime(seconds(10));
  EXPECT_EQ(h.All<MakeCheckpointDirectory>().back().checkpoint, CheckpointId(2));
}

TEST(JobMasterTest, WhenNobodyKnowsWhetherItIsDecidedThenTheAttemptEnds) {
  JobMasterHarness h;
  h.RunFromStart();
  h.PassTime(seconds(10));
  h.MakeDirectory(1);
  h.AcknowledgeAll(1);
  h.Decide(1, Decision::kUnknown);
  EXPECT_EQ(h.state(), JobState::kFailing);
  EXPECT_THAT(h.HostCommands<CheckpointCompleted>(), IsEmpty());
}

TEST(JobMasterTest, WhenAllSourcesEndThenAFinalCheckpointIsCommittedAndTheJobFinishes) {
  JobMasterHarness h;
  h.RunFromStart();
  h.EndSources();
  h.MakeDirectory(1);
  EXPECT_TRUE(h.HostCommands<TriggerCheckpoint>().at(0).final);
  h.AcknowledgeAll(1);
  EXPECT_TRUE(h.All<WriteDecision>().at(0).manifest.final);
  h.Decide(1);
  EXPECT_TRUE(h.HostCommands<CheckpointCompleted>().at(0).final);
  EXPECT_EQ(h.state(), JobState::kRunning);
  h.FromAll(HostFinished{});
  EXPECT_EQ(h.state(), JobState::kFinished);
  h.Exit(0, "exit code 0", true);
  h.Exit(1, "exit code 0", true);
  EXPECT_THAT(h.All<ReleaseSlots>(), SizeIs(1));
  EXPECT_EQ(h.state(), JobState::kFinished);
}

TEST(JobMasterTest, WhenTheFinalCheckpointFailsOnceThenItIsTakenAgain) {
  JobMasterHarness h;
  h.RunFromStart();
  h.EndSources();
  h.MakeDirectory(1);
  h.From(0, CheckpointDeclined{CheckpointId(1), {VertexId(1), 0}, Status::External("disk full")});
  EXPECT_THAT(h.All<DropCheckpoint>(), SizeIs(1));
  h.PassTime(seconds(1));
  h.MakeDirectory(2);
  EXPECT_TRUE(h.HostCommands<TriggerCheckpoint>().back().final);
  h.AcknowledgeAll(2);
  h.Decide(2);
  h.FromAll(HostFinished{});
  EXPECT_EQ(h.state(), JobState::kFinished);
}

TEST(JobMasterTest, WhenAHostDiesAfterTheFinalDecisionThenTheNextAttemptOnlyCommits) {
  JobMasterHarness h;
  h.RunFromStart();
  h.EndSources();
  h.MakeDirectory(1);
  h.AcknowledgeAll(1);
  h.Decide(1);
  h.From(0, HostFinished{});
  h.Exit(1, "killed by SIGKILL");
  EXPECT_EQ(h.state(), JobState::kFailing);
  h.Exit(0, "exit code 0", true);
  h.GrantSlots();
  h.Prepare(Point(1, true));
  h.Ready();
  h.Forget();
  h.From(0, HostFinished{});
  h.Exit(0, "exit code 0", true);
  h.From(1, HostFinished{});
  EXPECT_EQ(h.state(), JobState::kFinished);
  EXPECT_THAT(h.HostCommands<StartTasks>(), IsEmpty());
}

TEST(JobMasterTest, WhenStoppedThenSourcesStopAndTheJobFinishes) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Tell(StopJob{});
  EXPECT_THAT(h.HostCommands<StopSources>(), SizeIs(2));
  EXPECT_EQ(h.All<SaveProgress>().back().progress.goal, JobGoal::kStop);
  h.EndSources();
  h.MakeDirectory(1);
  h.AcknowledgeAll(1);
  h.Decide(1);
  h.FromAll(HostFinished{});
  EXPECT_EQ(h.state(), JobState::kFinished);
}

TEST(JobMasterTest, WhenStoppedWhileRestartingThenSourcesStopOnceItRuns) {
  JobMasterHarness h;
  h.RunFromStart();
  h.ExitAll();
  h.Tell(StopJob{});
  EXPECT_THAT(h.HostCommands<StopSources>(), IsEmpty());
  h.RunFromSlots();
  EXPECT_THAT(h.HostCommands<StopSources>(), SizeIs(2));
}

TEST(JobMasterTest, WhenCancelledWhileWaitingThenCanceledAtOnce) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.Tell(CancelJob{});
  EXPECT_EQ(h.state(), JobState::kCanceled);
  h.GrantSlots();
  EXPECT_THAT(h.All<PrepareAttempt>(), IsEmpty());
}

TEST(JobMasterTest, WhenCancelledWhilePreparingThenNothingStartsAfterwards) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Tell(CancelJob{});
  h.Prepare();
  EXPECT_EQ(h.state(), JobState::kCanceled);
  EXPECT_THAT(h.hosts, IsEmpty());
}

TEST(JobMasterTest, WhenCancelledWhileStartingThenHostsAreKilledAtOnce) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Prepare();
  h.Tell(CancelJob{});
  EXPECT_THAT(h.Commands<KillHost>(), SizeIs(2));
  EXPECT_EQ(h.state(), JobState::kCancelling);
  h.ExitAll();
  EXPECT_EQ(h.state(), JobState::kCanceled);
}

TEST(JobMasterTest, WhenCancelledWhileRunningThenTasksMayCloseAndAreKilledAfterTheGrace) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Tell(CancelJob{});
  EXPECT_THAT(h.HostCommands<CancelTasks>(), SizeIs(2));
  h.Exit(0, "exit code 0", true);
  EXPECT_THAT(h.Commands<KillHost>(), IsEmpty());
  h.PassTime(seconds(5));
  EXPECT_THAT(h.Commands<KillHost>(), SizeIs(1));
  h.Exit(1, kOrdered);
  EXPECT_EQ(h.state(), JobState::kCanceled);
  EXPECT_THAT(h.All<ReleaseSlots>(), SizeIs(1));
}

TEST(JobMasterTest, WhenCancelledWhileFailingThenItDoesNotRestart) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Exit(0, "killed by SIGSEGV");
  h.Tell(CancelJob{});
  h.Exit(1, kOrdered);
  EXPECT_EQ(h.state(), JobState::kCanceled);
}

TEST(JobMasterTest, WhenCancelledInBackoffThenCanceledAtOnce) {
  JobMasterHarness h;
  h.RunFromStart();
  h.ExitAll();
  h.RunFromSlots();
  h.ExitAll();
  ASSERT_EQ(h.state(), JobState::kRestarting);
  h.Tell(CancelJob{});
  EXPECT_EQ(h.state(), JobState::kCanceled);
  h.PassTime(seconds(100));
  EXPECT_EQ(h.state(), JobState::kCanceled);
}

TEST(JobMasterTest, WhenTheFinalCheckpointIsDecidedThenCancelIsRefused) {
  JobMasterHarness h;
  h.RunFromStart();
  h.EndSources();
  h.MakeDirectory(1);
  h.AcknowledgeAll(1);
  h.Decide(1);
  EXPECT_EQ(h.master().CheckCancel().code(), ErrorCode::kConflict);
}

TEST(JobMasterTest, WhenRecoveredThenGenerationAndCheckpointIdsContinue) {
  JobProgress stored;
  stored.state = JobState::kRunning;
  stored.generation = Generation(5);
  stored.last_used = CheckpointId(9);
  stored.last_completed = CheckpointId(8);
  JobMasterHarness h({}, stored);
  h.RunFromStart(Point(8));
  EXPECT_EQ(h.generation(), Generation(6));
  h.PassTime(seconds(10));
  EXPECT_EQ(h.All<MakeCheckpointDirectory>().at(0).checkpoint, CheckpointId(10));
}

TEST(JobMasterTest, WhenRecoveredWithTheWishToCancelThenCanceled) {
  JobProgress stored;
  stored.state = JobState::kCancelling;
  stored.goal = JobGoal::kCancel;
  JobMasterHarness h({}, stored);
  h.Tell(StartJob{});
  EXPECT_EQ(h.state(), JobState::kCanceled);
}

TEST(JobMasterTest, WhenTheRestorePointIsDamagedThenFailedWithTheExactError) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Tell(AttemptPrepared{Generation(1), Status::Corruption("MANIFEST: found no file"), {}, {}, {}});
  EXPECT_EQ(h.state(), JobState::kFailed);
  EXPECT_EQ(FirstCause(h), "MANIFEST: found no file");
}

TEST(JobMasterTest, WhenATaskFindsDamageThenAnOlderOneIsTriedOnlyWithoutTransactionalSinks) {
  JobMasterHarness idempotent({}, {}, TwoVertexGraph("idempotent"));
  JobMasterHarness transactional;
  for (JobMasterHarness* h : {&idempotent, &transactional}) {
    h->Tell(StartJob{});
    h->GrantSlots();
    h->Prepare(Point(3));
    h->Ready();
    h->From(0, HostFailed{Status::Corruption("bad block"), {VertexId(0), 0}, ""});
    h->ExitAll();
  }
  EXPECT_EQ(transactional.state(), JobState::kFailed);
  ASSERT_EQ(idempotent.state(), JobState::kRestarting);
  idempotent.GrantSlots();
  EXPECT_TRUE(idempotent.All<PrepareAttempt>().back().unreadable.contains(CheckpointId(3)));
}

TEST(JobMasterTest, WhenARunningTaskReadsADamagedBlockThenItsCheckpointIsNotRestoredAgain) {
  JobMasterHarness h({}, {}, TwoVertexGraph("idempotent"));
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Prepare(Point(3));
  h.Ready();
  h.Deployed();
  h.From(0, HostFailed{Status::Corruption("bad block"), {VertexId(0), 0}, "count"});
  h.ExitAll();
  ASSERT_EQ(h.state(), JobState::kRestarting);
  h.GrantSlots();
  EXPECT_TRUE(h.All<PrepareAttempt>().back().unreadable.contains(CheckpointId(3)));
}

TEST(JobMasterTest, WhenHostsDoNotStartInTimeThenTheAttemptFailsAndNamesThem) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Prepare();
  h.From(0, HostReady{"tcp://a"});
  h.PassTime(seconds(60));
  EXPECT_EQ(h.state(), JobState::kFailing);
  EXPECT_THAT(FirstCause(h), HasSubstr(ToString(h.hosts[1].host)));
  EXPECT_THAT(FirstCause(h), testing::Not(HasSubstr(ToString(h.hosts[0].host))));
}

}  // namespace
}  // namespace penstock
