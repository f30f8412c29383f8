#include "api/async.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/operator_harness.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::HarnessSnapshot;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::OperatorHarness;

/// Answers when the test says so.
struct Requests {
  std::multimap<std::string, AsyncResult<std::string>> open;
  std::vector<std::string> asked;

  void Answer(const std::string& record) {
    const auto found = open.find(record);
    ASSERT_NE(found, open.end()) << record;
    found->second.complete(record + "!");
    open.erase(found);
  }
  void Refuse(const std::string& record) {
    const auto found = open.find(record);
    ASSERT_NE(found, open.end()) << record;
    found->second.fail("busy");
    open.erase(found);
  }
};
struct Ask : AsyncFunction<std::string, std::string> {
  explicit Ask(Requests& requests) : requests(&requests) {}
  void async_invoke(const std::string& record, AsyncResult<std::string> result) {
    requests->asked.push_back(record);
    requests->open.emplace(record, result);
  }
  Requests* requests;
};
struct AskOrShrug final : Ask {
  using Ask::Ask;
  void timeout(const std::string& record, AsyncResult<std::string> result) {
    result.complete(record + "?");
  }
};

class AsyncTest : public ::testing::Test {
 protected:
  using Harness = OperatorHarness<std::string, std::string>;

  template <typename Fn = Ask>
  Harness::Make Make(AsyncOrder order, AsyncOptions options = {}) {
    return [=, this] {
      return std::make_unique<AsyncOperator<std::string, Fn>>(order, options, Fn(requests_));
    };
  }

  Requests requests_;
};

TEST_F(AsyncTest, WhenOrderedThenAnAnswerWaitsForThoseBeforeIt) {
  Harness harness(Make(AsyncOrder::kOrdered));
  harness.Process("a", Timestamp{1});
  harness.Process("b", Timestamp{2});
  requests_.Answer("b");
  harness.PassTime(0ms);
  EXPECT_THAT(harness.values(), IsEmpty());
  requests_.Answer("a");
  harness.PassTime(0ms);
  EXPECT_THAT(harness.values(), ElementsAre("a!", "b!"));
  EXPECT_EQ(harness.records()[1].timestamp, Timestamp{2});
}

TEST_F(AsyncTest, WhenUnorderedThenAnAnswerLeavesAtOnceButOvertakesNoWatermark) {
  Harness harness(Make(AsyncOrder::kUnordered));
  harness.Process("a", Timestamp{1});
  harness.Process("b", Timestamp{2});
  harness.Watermark(Timestamp{2});
  harness.Process("c", Timestamp{3});
  requests_.Answer("c");
  requests_.Answer("b");
  harness.PassTime(0ms);
  EXPECT_THAT(harness.values(), ElementsAre("b!"));
  EXPECT_THAT(harness.watermarks(), IsEmpty());
  requests_.Answer("a");
  harness.PassTime(0ms);
  EXPECT_THAT(harness.values(), ElementsAre("b!", "a!", "c!"));
  EXPECT_THAT(harness.watermarks(), ElementsAre(Timestamp{2}));
}

TEST_F(AsyncTest, WhenRestoredThenWhatHadNoAnswerIsAskedAgain) {
  for (const AsyncOrder order : {AsyncOrder::kOrdered, AsyncOrder::kUnordered}) {
    requests_ = {};
    Harness harness(Make(order));
    harness.Process("a");
    harness.Process("b");
    harness.Watermark(Timestamp{5});
    const HarnessSnapshot snapshot = harness.Snapshot();
    harness.Restore(snapshot);
    requests_.open.clear();
    requests_.asked.clear();
    harness.Restore(snapshot);
    EXPECT_THAT(requests_.asked, ElementsAre("a", "b"));
    requests_.Answer("a");
    requests_.Answer("b");
    harness.PassTime(0ms);
    EXPECT_THAT(harness.values(), ElementsAre("a!", "b!"));
    EXPECT_EQ(harness.last_watermark(), Timestamp{5});
    EXPECT_EQ(harness.status().message(), "");
  }
}

TEST_F(AsyncTest, WhenAnAnswerComesForAnOlderAttemptThenItIsIgnored) {
  Harness harness(Make(AsyncOrder::kOrdered));
  harness.Process("a");
  const AsyncResult<std::string> old = requests_.open.begin()->second;
  harness.SnapshotAndRestore();
  old.complete("from before");
  harness.PassTime(0ms);
  EXPECT_THAT(harness.values(), IsEmpty());
}

TEST_F(AsyncTest, WhenACallFailsThenItIsRepeatedAfterTheDelayUntilTheAttemptsAreUsedUp) {
  Harness harness(Make(AsyncOrder::kOrdered, async_options().retry(3, 100ms, 2)));
  harness.Process("a");
  requests_.Refuse("a");
  harness.PassTime(0ms);
  EXPECT_EQ(requests_.asked.size(), 1U);
  harness.PassTime(100ms);
  EXPECT_EQ(requests_.asked.size(), 2U);
  requests_.Refuse("a");
  harness.PassTime(0ms);
  harness.PassTime(100ms);
  EXPECT_EQ(requests_.asked.size(), 2U);
  harness.PassTime(100ms);
  EXPECT_EQ(requests_.asked.size(), 3U);
  EXPECT_EQ(harness.status().message(), "");
  requests_.Refuse("a");
  harness.PassTime(0ms);
  EXPECT_THAT(harness.status().message(), HasSubstr("failed 3 times: busy"));
}

TEST_F(AsyncTest, WhenTheTimeIsUpThenTimeoutAnswersAndLaterAnswersAreIgnored) {
  Harness harness(Make<AskOrShrug>(AsyncOrder::kOrdered, async_options().timeout(1s)));
  harness.Process("a");
  harness.PassTime(1s);
  harness.PassTime(0ms);
  EXPECT_THAT(harness.values(), ElementsAre("a?"));
  requests_.Answer("a");
  harness.PassTime(0ms);
  EXPECT_EQ(harness.values().size(), 1U);
  EXPECT_EQ(harness.counter("numAsyncTimeouts"), 1U);
}

TEST_F(AsyncTest, WhenTheTimeIsUpAndThereIsNoTimeoutThenTheAttemptFails) {
  Harness harness(Make(AsyncOrder::kOrdered, async_options().timeout(1s)));
  harness.Process("a");
  harness.PassTime(1s);
  EXPECT_THAT(harness.status().message(), HasSubstr("not been answered in 1 s"));
}

TEST_F(AsyncTest, WhenTheCapacityIsUsedUpOrTheInputEndsThenItWaitsForAnswers) {
  auto shout = [](const std::string& word) { return word + "!"; };
  OperatorHarness<std::string, std::string> harness([shout] {
    auto function = blocking<std::string>(3, shout);
    return std::make_unique<AsyncOperator<std::string, decltype(function)>>(
        AsyncOrder::kOrdered, async_options().capacity(2), function);
  });
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    harness.Process(std::to_string(i));
    expected.push_back(std::to_string(i) + "!");
  }
  harness.Watermark(Timestamp::Max());
  EXPECT_EQ(harness.values(), expected);
  EXPECT_EQ(harness.last_watermark(), Timestamp::Max());
}

}  // namespace
}  // namespace penstock
