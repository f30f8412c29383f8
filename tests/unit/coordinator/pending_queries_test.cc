#include "coordinator/pending_queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock {
namespace {

const WorkerId kWorker(1, 1);
const WorkerId kOther(1, 2);

class PendingQueriesTest : public testing::Test {
 protected:
  QueryId Begin(WorkerId worker) {
    return queries_.Begin(worker, [this](Result<std::string> outcome) {
      outcomes_.push_back(outcome.ok() ? *outcome : outcome.status().message());
    });
  }

  PendingQueries queries_;
  std::vector<std::string> outcomes_;
};

TEST_F(PendingQueriesTest, WhenAnsweredThenItEndsOnce) {
  const QueryId id = Begin(kWorker);
  queries_.OnAnswer(kWorker, {id, Status::Ok(), "text"});
  queries_.OnAnswer(kWorker, {id, Status::Ok(), "late"});
  queries_.OnTimeout(id);
  queries_.OnWorkerLost(kWorker);
  EXPECT_EQ(outcomes_, std::vector<std::string>{"text"});
  EXPECT_EQ(queries_.waiting(), 0u);
}

TEST_F(PendingQueriesTest, WhenAnotherWorkerAnswersThenItIsNoAnswer) {
  const QueryId id = Begin(kWorker);
  queries_.OnAnswer(kOther, {id, Status::Ok(), "text"});
  EXPECT_TRUE(outcomes_.empty());
}

TEST_F(PendingQueriesTest, WhenAWorkerIsLostThenOnlyItsQueriesEnd) {
  Begin(kWorker);
  Begin(kOther);
  queries_.OnWorkerLost(kWorker);
  EXPECT_EQ(outcomes_, std::vector<std::string>{"the worker was lost"});
  EXPECT_EQ(queries_.waiting(), 1u);
}

TEST_F(PendingQueriesTest, WhenTimeIsUpThenTheErrorSaysSo) {
  queries_.OnTimeout(Begin(kWorker));
  EXPECT_EQ(outcomes_, std::vector<std::string>{"the worker has not answered in time"});
}

TEST_F(PendingQueriesTest, WhenAnOutcomeLeadsToAnotherQueryThenThatWaits) {
  const QueryId id =
      queries_.Begin(kWorker, [this](const Result<std::string>&) { Begin(kWorker); });
  queries_.OnAnswer(kWorker, {id, Status::NotFound("no"), ""});
  EXPECT_EQ(queries_.waiting(), 1u);
}

}  // namespace
}  // namespace penstock
