#include <limits>

#include <gtest/gtest.h>

#include "coordinator/metrics/watermark_holder.h"
#include "tests/unit/coordinator/job_master_harness.h"
#include "tests/unit/coordinator/metric_samples.h"

namespace penstock {
namespace {

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kNow = 1'000'000;

SourceTime At(std::uint32_t subtask, std::int64_t watermark, std::int64_t held) {
  return {{VertexId(0), subtask},
          "split-" + std::to_string(subtask),
          watermark,
          watermark,
          kNow - held,
          false};
}

std::optional<WatermarkHolder> Find(const std::vector<SourceTime>& sources) {
  WatermarkSearch search;
  for (const SourceTime& source : sources) search.Add(source);
  return search.Find(kNow);
}

TEST(WatermarkHolderTest, WhenTheSlowestHasStoodStillForHalfAMinuteThenItIsTheHolder) {
  EXPECT_FALSE(Find({At(0, 90'000, 0), At(1, 30'000, 29'999)}).has_value());
  const auto holder = Find({At(0, 90'000, 0), At(1, 30'000, 30'000)});
  ASSERT_TRUE(holder.has_value());
  EXPECT_EQ(holder->subtask.index, 1U);
  EXPECT_EQ(holder->split, "split-1");
  EXPECT_EQ(holder->lag, 60'000);
  EXPECT_EQ(DescribeHolder(*holder, "orders (2/2)"),
            "split 'split-1' of orders (2/2) has held the watermark for 30 s: it is 60 s behind "
            "the source that is ahead");
}

TEST(WatermarkHolderTest, WhenASplitHasNeverHadARecordThenItIsTheHolderWithoutALag) {
  const auto holder = Find({At(0, 90'000, 0), At(1, kNone, 40'000)});
  ASSERT_TRUE(holder.has_value());
  EXPECT_FALSE(holder->lag.has_value());
  EXPECT_NE(DescribeHolder(*holder, "t").find("no record"), std::string::npos);
}

TEST(WatermarkHolderTest, WhenOneSplitOfASubtaskIsAheadThenTheSubtaskHoldsItself) {
  SourceTime alone = At(0, 10'000, 60'000);
  EXPECT_FALSE(Find({alone}).has_value());  // nothing is ahead
  alone.furthest = 50'000;
  EXPECT_EQ(Find({alone})->lag, 40'000);
}

TEST(WatermarkHolderTest, WhenTheSlowestIsIdleOrHasEndedThenItHoldsNobody) {
  SourceTime idle = At(1, 10'000, 60'000);
  idle.idle = true;
  EXPECT_FALSE(Find({At(0, 90'000, 0), idle}).has_value());
  EXPECT_FALSE(Find({At(0, 90'000, 0), At(1, kEnd, 60'000)}).has_value());
}

TEST(WatermarkHolderTest, WhenThereIsNoEventTimeThenThereIsNoHolder) {
  SourceTime plain = At(0, kNone, 60'000);
  plain.split.clear();
  EXPECT_FALSE(Find({plain}).has_value());
  EXPECT_FALSE(Find({}).has_value());
}

class HolderEventTest : public testing::Test {
 protected:
  /// Both subtasks of the source report; the second has not gone on since `held_at`.
  void Second(std::int64_t held_at) {
    h_.clock.Advance(std::chrono::seconds(1));
    ++second_;
    for (std::uint32_t i = 0; i < 2; ++i) {
      TaskMetrics task = PacedTask({VertexId(0), i}, {}, second_ * 1000);
      task.watermark = i == 0 ? second_ * 1000 : std::min(second_, held_at) * 1000;
      task.slowest_split = i == 0 ? "first" : "second";
      h_.From(i, HostMetrics{{task}, 0, {}});
    }
  }
  int Told(const std::string& text) {
    int count = 0;
    for (const JobEventLine& line : h_.master().events().lines()) {
      count += line.text.find(text) != std::string::npos ? 1 : 0;
    }
    return count;
  }

  JobMasterHarness h_;
  std::int64_t second_ = 0;
};

TEST_F(HolderEventTest, WhenASplitHoldsTheWatermarkThenItIsToldOnceAndAgainWhenItGoesOn) {
  h_.RunFromStart();
  for (int i = 0; i < 34; ++i) Second(5);
  EXPECT_EQ(Told("holds the watermark") + Told("has held"), 0);
  for (int i = 0; i < 20; ++i) Second(5);
  EXPECT_EQ(Told("split 'second' of numbers (2/2) has held the watermark"), 1);
  EXPECT_EQ(h_.master().watermark_holder()->split, "second");
  Second(1'000);
  Second(1'000);  // measured with the first report of a second
  EXPECT_EQ(Told("numbers (2/2) holds the watermark no longer"), 1);
  EXPECT_FALSE(h_.master().watermark_holder().has_value());
}

}  // namespace
}  // namespace penstock
