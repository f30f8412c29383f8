#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/job_master.h"
#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {
namespace {

using std::chrono::hours;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr TriggerId kFirst{0, 1};
constexpr TriggerId kSecond{0, 2};

void Complete(JobMasterHarness& h, std::uint64_t id) {
  h.MakeDirectory(id);
  h.AcknowledgeAll(id);
  h.Decide(id);
}

/// Until the final checkpoint is decided.
void StopUntilDecided(JobMasterHarness& h, const StopJob& stop, std::uint64_t id = 1) {
  h.Tell(stop);
  h.EndSources();
  Complete(h, id);
}

std::string FailureOf(const JobMasterHarness& h, std::size_t answer = 0) {
  return h.All<AnswerTrigger>().at(answer).outcome.status().message();
}

TEST(JobMasterSavepointTest, WhenASavepointIsAskedForThenTakenExportedAndAnswered) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Tell(RequestSnapshot{kFirst, "/s", false});
  Complete(h, 1);
  const auto exports = h.All<ExportSavepoint>();
  ASSERT_THAT(exports, SizeIs(1));
  EXPECT_EQ(exports[0].checkpoint, CheckpointId(1));
  EXPECT_EQ(exports[0].directory, "/s");
  EXPECT_THAT(h.All<AnswerTrigger>(), IsEmpty());
  h.Tell(SavepointExported{kFirst, CheckpointId(1), std::string("/s/savepoint-1")});
  EXPECT_EQ(h.All<AnswerTrigger>().at(0).outcome->savepoint, "/s/savepoint-1");
  EXPECT_EQ(h.master().checkpoints().statistics().latest_savepoint()->savepoint_path,
            "/s/savepoint-1");
  EXPECT_EQ(h.state(), JobState::kRunning);
}

TEST(JobMasterSavepointTest, WhenACheckpointIsAskedForThenAnsweredWithItsNumber) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Tell(RequestSnapshot{kFirst, "", false});
  Complete(h, 1);
  EXPECT_EQ(h.All<AnswerTrigger>().at(0).outcome->checkpoint, CheckpointId(1));
  EXPECT_THAT(h.All<ExportSavepoint>(), IsEmpty());
}

TEST(JobMasterSavepointTest, WhenNotRunningThenAnsweredAtOnce) {
  JobMasterHarness h;
  h.Tell(StartJob{});
  h.Tell(RequestSnapshot{kFirst, "/s", false});
  EXPECT_THAT(FailureOf(h), HasSubstr("not all of its tasks run, it is CREATED"));
}

TEST(JobMasterSavepointTest, WhenTheAttemptFailsOrIsCancelledThenPendingRequestsAreAnswered) {
  for (const bool cancel : {false, true}) {
    JobMasterHarness h;
    h.RunFromStart();
    h.Tell(RequestSnapshot{kFirst, "/s", false});
    h.Tell(RequestSnapshot{kSecond, "", false});
    if (cancel) {
      h.Tell(CancelJob{});
    } else {
      h.Exit(0, "killed by SIGSEGV");
    }
    ASSERT_THAT(h.All<AnswerTrigger>(), SizeIs(2));
    EXPECT_THAT(FailureOf(h, 1), HasSubstr(cancel ? "was cancelled" : "SIGSEGV"));
  }
}

TEST(JobMasterSavepointTest, WhenTheJobEndsDuringTheExportThenTheRequestIsStillAnswered) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Tell(RequestSnapshot{kFirst, "/s", false});
  Complete(h, 1);
  h.Tell(CancelJob{});
  h.ExitAll();
  EXPECT_EQ(h.state(), JobState::kCanceled);
  h.Tell(SavepointExported{kFirst, CheckpointId(1), std::string("/s/savepoint-1")});
  EXPECT_TRUE(h.All<AnswerTrigger>().at(0).outcome.ok());
}

TEST(JobMasterSavepointTest, WhenToldToCancelThenNoCheckpointFollowsAndTheJobIsCancelled) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Tell(RequestSnapshot{kFirst, "/s", true});
  Complete(h, 1);
  h.PassTime(hours(1));
  EXPECT_THAT(h.All<MakeCheckpointDirectory>(), SizeIs(1));
  h.Tell(SavepointExported{kFirst, CheckpointId(1), std::string("/s/savepoint-1")});
  EXPECT_EQ(h.state(), JobState::kCancelling);
}

TEST(JobMasterSavepointTest, WhenTheExportBeforeACancelFailsThenTheJobRunsOn) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Tell(RequestSnapshot{kFirst, "/s", true});
  Complete(h, 1);
  h.Tell(SavepointExported{kFirst, CheckpointId(1), Status::External("disk full")});
  EXPECT_EQ(FailureOf(h), "disk full");
  EXPECT_EQ(h.state(), JobState::kRunning);
  h.PassTime(hours(1));
  EXPECT_THAT(h.All<MakeCheckpointDirectory>(), SizeIs(2));
}

TEST(JobMasterSavepointTest, WhenStoppedWithASavepointThenFinishedOnlyWhenItIsThere) {
  JobMasterHarness h;
  h.RunFromStart();
  StopUntilDecided(h, StopJob{kFirst, "/s", false});
  EXPECT_FALSE(h.HostCommands<StopSources>().at(0).drain);
  ASSERT_THAT(h.All<ExportSavepoint>(), SizeIs(1));
  h.FromAll(HostFinished{});
  h.PassTime(hours(1));
  EXPECT_EQ(h.state(), JobState::kRunning);
  h.Tell(SavepointExported{TriggerId(), CheckpointId(1), std::string("/s/savepoint-1")});
  EXPECT_EQ(h.state(), JobState::kFinished);
  EXPECT_EQ(h.All<AnswerTrigger>().at(0).outcome->savepoint, "/s/savepoint-1");
  EXPECT_EQ(h.All<SaveProgress>().back().progress.savepoint, "/s/savepoint-1");
}

TEST(JobMasterSavepointTest, WhenTheSavepointOfAStopFailsThenTheStateIsKeptAndSaid) {
  JobMasterHarness h;
  h.RunFromStart();
  StopUntilDecided(h, StopJob{kFirst, "/s", false});
  h.Tell(SavepointExported{TriggerId(), CheckpointId(1), Status::External("disk full")});
  h.FromAll(HostFinished{});
  EXPECT_EQ(h.state(), JobState::kFinished);
  EXPECT_EQ(FailureOf(h), "disk full");
  EXPECT_THAT(h.All<AnswerTrigger>().at(0).outcome.status().hint(),
              HasSubstr("run -s /checkpoints/job/completed/1"));
  EXPECT_FALSE(h.master().progress().discard_checkpoints);
}

TEST(JobMasterSavepointTest, WhenDrainedThenSourcesAreToldSo) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Tell(StopJob{kFirst, "", true});
  EXPECT_TRUE(h.HostCommands<StopSources>().at(0).drain);
  EXPECT_TRUE(h.All<SaveProgress>().back().progress.drain);
  EXPECT_FALSE(h.master().CheckStop({.trigger = {}, .directory = "/s", .drain = true}).code() ==
               ErrorCode::kConflict);
}

TEST(JobMasterSavepointTest, WhenStoppedTwiceThenBothAreAnsweredAndContradictionsRefused) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Tell(StopJob{kFirst, "", false});
  h.Tell(StopJob{kSecond, "/s", false});
  EXPECT_THAT(h.HostCommands<StopSources>(), SizeIs(2));
  EXPECT_THAT(h.master().CheckStop({{}, "/t", false}).message(),
              HasSubstr("with a savepoint in /s"));
  EXPECT_THAT(h.master().CheckStop({{}, "", true}).message(), HasSubstr("without --drain"));
  h.EndSources();
  Complete(h, 1);
  h.Tell(SavepointExported{TriggerId(), CheckpointId(1), std::string("/s/savepoint-1")});
  h.FromAll(HostFinished{});
  EXPECT_THAT(h.All<AnswerTrigger>(), SizeIs(2));
}

TEST(JobMasterSavepointTest, WhenStoppedWhileFinishingThenItsLastCheckpointIsExported) {
  JobMasterHarness h;
  h.RunFromStart();
  h.EndSources();
  Complete(h, 1);
  EXPECT_THAT(h.All<ExportSavepoint>(), IsEmpty());
  h.Tell(StopJob{kFirst, "/s", false});
  EXPECT_EQ(h.All<ExportSavepoint>().at(0).checkpoint, CheckpointId(1));
}

TEST(JobMasterSavepointTest, WhenAttemptsFailDuringAStopThenOneSavepointIsStillMade) {
  JobMasterHarness h;
  h.RunFromStart();
  StopUntilDecided(h, StopJob{kFirst, "/s", false});
  h.Exit(0, "killed by SIGKILL");
  h.Exit(1, kOrdered);
  h.GrantSlots();
  h.Prepare(RestorePoint{CheckpointId(1), "/completed/1", true, {}});
  h.Ready();
  h.FromAll(HostFinished{});
  EXPECT_EQ(h.state(), JobState::kRunning);
  EXPECT_THAT(h.All<ExportSavepoint>(), SizeIs(1));
  h.Tell(SavepointExported{TriggerId(), CheckpointId(1), std::string("/s/savepoint-1")});
  EXPECT_EQ(h.state(), JobState::kFinished);
}

TEST(JobMasterSavepointTest, WhenTheCoordinatorRestartsDuringAStopThenTheSavepointIsStillMade) {
  JobProgress progress;
  progress.goal = JobGoal::kStop;
  progress.stop_directory = "/s";
  progress.last_completed = CheckpointId(1);
  JobMasterHarness h({}, progress);
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Prepare(RestorePoint{CheckpointId(1), "/completed/1", true, {}});
  h.Ready();
  h.FromAll(HostFinished{});
  EXPECT_EQ(h.All<ExportSavepoint>().at(0).checkpoint, CheckpointId(1));
}

TEST(JobMasterSavepointTest, WhenAStoppingJobIsCancelledThenTheStopIsAnswered) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Tell(StopJob{kFirst, "/s", false});
  h.Tell(CancelJob{});
  h.ExitAll();
  EXPECT_THAT(FailureOf(h), HasSubstr("was not stopped: it is CANCELED"));
}

JobMasterOptions StartsFrom(const std::string& path) {
  JobMasterOptions options;
  options.start_from = path;
  return options;
}

TEST(JobMasterSavepointTest, WhenStartedFromASavepointThenIdsGoOnAndItIsNeededUntilTheFirstOwn) {
  JobMasterHarness h({}, {}, TwoVertexGraph(), StartsFrom("/s"));
  EXPECT_EQ(h.master().needed_to_start(), "/s");
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Tell(AttemptPrepared{h.generation(),
                         Status(),
                         RestorePoint{CheckpointId(7), "/s", false, {}},
                         CheckpointId(7),
                         true,
                         {}});
  h.hosts = h.Commands<StartHost>();
  h.Ready();
  h.Deployed();
  EXPECT_EQ(h.state(), JobState::kRunning);
  EXPECT_EQ(h.master().progress().last_completed, CheckpointId());
  h.Tell(RequestSnapshot{kFirst, "", false});
  Complete(h, 8);
  EXPECT_EQ(h.All<AnswerTrigger>().at(0).outcome->checkpoint, CheckpointId(8));
  EXPECT_EQ(h.master().needed_to_start(), "");
}

TEST(JobMasterSavepointTest, WhenTheSavepointIsDamagedThenFailedWithoutRestart) {
  JobMasterHarness h({}, {}, TwoVertexGraph("idempotent"), StartsFrom("/s"));
  h.Tell(StartJob{});
  h.GrantSlots();
  h.Tell(AttemptPrepared{h.generation(),
                         Status(),
                         RestorePoint{CheckpointId(7), "/s", false, {}},
                         CheckpointId(7),
                         true,
                         {}});
  h.hosts = h.Commands<StartHost>();
  h.Ready();
  h.From(0, HostFailed{Status::Corruption("block"), {}, ""});
  h.ExitAll();
  EXPECT_EQ(h.state(), JobState::kFailed);
}

TEST(JobMasterSavepointTest, WhenTheJobEndsThenItsCheckpointsGoUnlessTheyAreRetainedOrItFailed) {
  const auto discards = [](CheckpointRetention retention, JobState end) {
    JobMasterOptions options;
    options.retention = retention;
    JobMasterHarness h({.strategy = RestartStrategy::kNone}, {}, TwoVertexGraph(), options);
    h.RunFromStart();
    if (end == JobState::kFinished) {
      h.EndSources();
      Complete(h, 1);
      h.FromAll(HostFinished{});
      EXPECT_THAT(h.All<DiscardCheckpoints>(), IsEmpty());  // their hosts may still be there
    } else if (end == JobState::kCanceled) {
      h.Tell(CancelJob{});
    }
    h.ExitAll();
    EXPECT_EQ(h.state(), end);
    const std::size_t count = h.All<DiscardCheckpoints>().size();
    EXPECT_EQ(h.master().progress().discard_checkpoints, count == 1);
    return count;
  };
  EXPECT_EQ(discards(CheckpointRetention::kDelete, JobState::kFinished), 1u);
  EXPECT_EQ(discards(CheckpointRetention::kDelete, JobState::kCanceled), 1u);
  EXPECT_EQ(discards(CheckpointRetention::kDelete, JobState::kFailed), 0u);
  EXPECT_EQ(discards(CheckpointRetention::kRetain, JobState::kFinished), 0u);
  EXPECT_EQ(discards(CheckpointRetention::kRetain, JobState::kCanceled), 0u);
}

}  // namespace
}  // namespace penstock
