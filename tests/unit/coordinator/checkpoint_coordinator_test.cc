#include "coordinator/checkpoint_coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class CheckpointCoordinatorTest : public testing::Test {
 protected:
  CheckpointCoordinatorTest() { coordinator_.Begin(CheckpointId(0)); }

  CheckpointActions After(Clock::Duration by) {
    clock_.Advance(by);
    return coordinator_.Tick();
  }
  CheckpointActions Prepared(std::uint64_t id) {
    return coordinator_.OnPrepared(CheckpointId(id), std::string("/p"));
  }
  CheckpointActions Acknowledge(std::uint64_t id, std::uint32_t vertex, std::uint32_t index) {
    return coordinator_.OnAcknowledged(
        {CheckpointId(id), {{VertexId(vertex), index}, {{"f", 5, 0}}}, {}});
  }
  CheckpointActions AcknowledgeAll(std::uint64_t id) {
    CheckpointActions last;
    for (std::uint32_t i = 0; i < 4; ++i) last = Acknowledge(id, i / 2, i % 2);
    return last;
  }
  CheckpointActions Decided(std::uint64_t id) {
    return coordinator_.OnDecided(CheckpointId(id), {Decision::kDecided, Status()});
  }
  static std::uint64_t PreparedId(const CheckpointActions& actions) {
    return std::get<PrepareCheckpoint>(actions.at(0)).checkpoint.value();
  }

  ManualClock clock_;
  const JobGraph graph_ = TwoVertexGraph();
  CheckpointCoordinator coordinator_{
      graph_, {.interval = seconds(10), .min_pause = seconds(4), .timeout = seconds(60)}, clock_};
};

TEST_F(CheckpointCoordinatorTest, WhenTheIntervalHasPassedThenOneIsTriggeredAndNoSecond) {
  EXPECT_THAT(After(seconds(9)), IsEmpty());
  EXPECT_EQ(PreparedId(After(seconds(1))), 1u);
  EXPECT_THAT(After(seconds(20)), IsEmpty());
}

TEST_F(CheckpointCoordinatorTest, WhenAnAttemptIsNotTheFirstThenItsFirstOneComesSoon) {
  coordinator_.Begin(CheckpointId(7));
  EXPECT_THAT(After(std::chrono::milliseconds(99)), IsEmpty());
  EXPECT_EQ(PreparedId(After(std::chrono::milliseconds(1))), 8u);
}

TEST_F(CheckpointCoordinatorTest, WhenOneIsRequestedSoonThenItIsTriggeredAtOnceAndOnce) {
  EXPECT_EQ(PreparedId(coordinator_.RequestSoon()), 1u);
  EXPECT_THAT(coordinator_.RequestSoon(), IsEmpty()) << "one is in flight";
  Prepared(1);
  AcknowledgeAll(1);
  Decided(1);
  EXPECT_THAT(After(seconds(9)), IsEmpty());
}

TEST_F(CheckpointCoordinatorTest, WhenTheRequestedOneFailsThenItIsTriedAgainUnlessWithdrawn) {
  coordinator_.RequestSoon();
  coordinator_.OnPrepared(CheckpointId(1), Status::External("disk full"));
  EXPECT_EQ(PreparedId(After(seconds(1))), 2u);
  coordinator_.WithdrawRequest();
  coordinator_.OnPrepared(CheckpointId(2), Status::External("disk full"));
  EXPECT_THAT(After(seconds(3)), IsEmpty());
}

TEST_F(CheckpointCoordinatorTest, WhenAFinalOneIsWantedThenNoOtherIsRequested) {
  coordinator_.RequestFinal();
  EXPECT_TRUE(coordinator_.final_wanted());
  EXPECT_THAT(coordinator_.RequestSoon(), IsEmpty());
}

TEST_F(CheckpointCoordinatorTest, WhenACheckpointTakesLongThenTheMinimumPauseIsKept) {
  After(seconds(10));
  Prepared(1);
  clock_.Advance(seconds(9));
  AcknowledgeAll(1);
  Decided(1);
  EXPECT_THAT(After(seconds(3)), IsEmpty());
  EXPECT_EQ(PreparedId(After(seconds(1))), 2u);
}

TEST_F(CheckpointCoordinatorTest, WhenAllAcknowledgeThenDecidedOnceWithAllParts) {
  After(seconds(10));
  Prepared(1);
  EXPECT_THAT(Acknowledge(1, 0, 0), IsEmpty());
  EXPECT_THAT(Acknowledge(1, 0, 0), IsEmpty());
  const auto actions = AcknowledgeAll(1);
  EXPECT_THAT(std::get<DecideCheckpoint>(actions.at(0)).tasks, SizeIs(4));
  EXPECT_THAT(Acknowledge(1, 1, 1), IsEmpty());
  EXPECT_FALSE(std::get<CommitCheckpoint>(Decided(1).at(0)).completed.final);
  EXPECT_EQ(coordinator_.statistics().latest_completed()->bytes, 20u);
}

TEST_F(CheckpointCoordinatorTest, WhenItExpiresThenTheWarningNamesTasksAndEdge) {
  After(seconds(10));
  Prepared(1);
  Acknowledge(1, 0, 0);
  Acknowledge(1, 0, 1);
  Acknowledge(1, 1, 0);
  const auto actions = After(seconds(60));
  const std::string& warning = std::get<AbortCheckpoint>(actions.at(0)).warning;
  EXPECT_THAT(warning, HasSubstr("not acknowledged by out (2/2)"));
  EXPECT_THAT(warning, HasSubstr("the slow edge is numbers -> out"));
  EXPECT_EQ(coordinator_.statistics().failed, 1u);
  EXPECT_THAT(Acknowledge(1, 1, 1), IsEmpty());
}

TEST_F(CheckpointCoordinatorTest, WhenTheDirectoryCannotBeMadeThenCountedAndTheNextGoesOn) {
  After(seconds(10));
  const auto actions = coordinator_.OnPrepared(CheckpointId(1), Status::External("disk full"));
  EXPECT_THAT(std::get<AbortCheckpoint>(actions.at(0)).warning, HasSubstr("disk full"));
  EXPECT_EQ(PreparedId(After(seconds(10))), 2u);
}

TEST_F(CheckpointCoordinatorTest, WhenDecidingTakesLongThenItIsNotGivenUp) {
  After(seconds(10));
  Prepared(1);
  AcknowledgeAll(1);
  EXPECT_THAT(After(seconds(600)), IsEmpty());
  EXPECT_THAT(Decided(1), SizeIs(1));
}

TEST_F(CheckpointCoordinatorTest, WhenAFinalIsWantedDuringAnotherThenItFollowsAtOnce) {
  After(seconds(10));
  Prepared(1);
  EXPECT_THAT(coordinator_.RequestFinal(), IsEmpty());
  AcknowledgeAll(1);
  Decided(1);
  const auto next = coordinator_.Tick();
  EXPECT_TRUE(std::get<PrepareCheckpoint>(next.at(0)).final);
}

TEST_F(CheckpointCoordinatorTest, WhenTheFinalIsDecidedThenNoneFollows) {
  coordinator_.RequestFinal();
  Prepared(1);
  AcknowledgeAll(1);
  EXPECT_TRUE(std::get<CommitCheckpoint>(Decided(1).at(0)).completed.final);
  EXPECT_THAT(After(seconds(100)), IsEmpty());
  EXPECT_EQ(coordinator_.NextWake(), std::nullopt);
}

TEST_F(CheckpointCoordinatorTest,
       WhenTheAttemptEndsThenTheOneInFlightCountsAsFailedAndIdsContinue) {
  After(seconds(10));
  coordinator_.End("host died");
  EXPECT_EQ(coordinator_.statistics().latest_failed()->failure, "host died");
  coordinator_.Begin(CheckpointId(0));
  EXPECT_EQ(PreparedId(After(seconds(10))), 2u);
}

constexpr TriggerId kFirst{0, 1};
constexpr TriggerId kSecond{0, 2};

std::vector<AnswerRequest> Answers(const CheckpointActions& actions) {
  std::vector<AnswerRequest> answers;
  for (const CheckpointAction& action : actions) {
    if (const auto* answer = std::get_if<AnswerRequest>(&action)) answers.push_back(*answer);
  }
  return answers;
}

TEST_F(CheckpointCoordinatorTest, WhenRequestedThenTakenAtOnceAndAnswered) {
  EXPECT_EQ(PreparedId(coordinator_.Request({kFirst, true})), 1u);
  Prepared(1);
  AcknowledgeAll(1);
  const auto answers = Answers(Decided(1));
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers[0].request, kFirst);
  EXPECT_EQ(answers[0].checkpoint.value(), CheckpointId(1));
  EXPECT_TRUE(coordinator_.statistics().latest_completed()->savepoint);
}

TEST_F(CheckpointCoordinatorTest, WhenSeveralAreRequestedDuringOneThenTheNextFollowsAtOnceForAll) {
  After(seconds(10));
  Prepared(1);
  EXPECT_THAT(coordinator_.Request({kFirst, false}), IsEmpty());
  EXPECT_THAT(coordinator_.Request({kSecond, false}), IsEmpty());
  AcknowledgeAll(1);
  EXPECT_THAT(Answers(Decided(1)), IsEmpty());
  EXPECT_EQ(coordinator_.NextWake(), clock_.Now());
  EXPECT_EQ(PreparedId(coordinator_.Tick()), 2u);
  Prepared(2);
  AcknowledgeAll(2);
  EXPECT_THAT(Answers(Decided(2)), SizeIs(2));
}

TEST_F(CheckpointCoordinatorTest, WhenTheRequestedOneFailsThenAnsweredWithTheReason) {
  coordinator_.Request({kFirst, false});
  Prepared(1);
  const auto answers = Answers(After(seconds(60)));
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_THAT(answers[0].checkpoint.status().message(), HasSubstr("took longer than"));
}

TEST_F(CheckpointCoordinatorTest, WhenTheAttemptEndsThenEveryRequestIsAnswered) {
  coordinator_.Request({kFirst, false});
  coordinator_.Request({kSecond, false});
  const auto answers = Answers(coordinator_.End("host died"));
  ASSERT_THAT(answers, SizeIs(2));
  for (const AnswerRequest& answer : answers) {
    EXPECT_THAT(answer.checkpoint.status().message(), HasSubstr("host died"));
  }
  EXPECT_THAT(Answers(coordinator_.Request({kFirst, false})), SizeIs(1));
}

TEST_F(CheckpointCoordinatorTest, WhenRequestedDuringTheFinalThenTheFinalAnswers) {
  coordinator_.RequestFinal();
  Prepared(1);
  coordinator_.Request({kFirst, true});
  AcknowledgeAll(1);
  EXPECT_THAT(Answers(Decided(1)), SizeIs(1));
}

TEST_F(CheckpointCoordinatorTest, WhenHeldThenOnlyRequestedOnesAreTaken) {
  coordinator_.Hold();
  EXPECT_THAT(After(seconds(100)), IsEmpty());
  EXPECT_EQ(coordinator_.NextWake(), std::nullopt);
  EXPECT_EQ(PreparedId(coordinator_.Request({kFirst, false})), 1u);
  Prepared(1);
  AcknowledgeAll(1);
  Decided(1);
  coordinator_.Release();
  EXPECT_EQ(PreparedId(After(seconds(100))), 2u);
}

}  // namespace
}  // namespace penstock
