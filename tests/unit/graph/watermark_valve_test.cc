#include "graph/watermark_valve.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

Timestamp At(std::int64_t millis) { return {millis}; }

TEST(WatermarkValveTest, WhenNotAllChannelsHaveAWatermarkThenNoneIsPutOut) {
  WatermarkValve valve(2);
  EXPECT_FALSE(valve.OnWatermark(0, At(10)).watermark);
  EXPECT_EQ(valve.current(), Timestamp::Min());
}

TEST(WatermarkValveTest, WhenTheSlowestAdvancesThenTheMinimumIsPutOut) {
  WatermarkValve valve(2);
  valve.OnWatermark(0, At(10));
  EXPECT_EQ(valve.OnWatermark(1, At(4)).watermark, At(4));
  EXPECT_FALSE(valve.OnWatermark(0, At(20)).watermark);
  EXPECT_EQ(valve.OnWatermark(1, At(30)).watermark, At(20));
}

TEST(WatermarkValveTest, WhenAWatermarkGoesBackThenItIsIgnored) {
  WatermarkValve valve(1);
  valve.OnWatermark(0, At(10));
  EXPECT_FALSE(valve.OnWatermark(0, At(9)).watermark);
  EXPECT_EQ(valve.current(), At(10));
}

TEST(WatermarkValveTest, WhenTheSlowestBecomesIdleThenItHoldsNothingBack) {
  WatermarkValve valve(2);
  valve.OnWatermark(0, At(10));
  const auto change = valve.OnStatus(1, true);
  EXPECT_EQ(change.watermark, At(10));
  EXPECT_FALSE(change.idle);
}

TEST(WatermarkValveTest, WhenAllBecomeIdleThenTheWatermarkIsTheSameInAnyOrder) {
  for (const std::uint32_t first : {0U, 1U}) {
    WatermarkValve valve(2);
    valve.OnWatermark(0, At(10));
    valve.OnWatermark(1, At(4));
    valve.OnStatus(first, true);
    EXPECT_EQ(valve.OnStatus(1 - first, true).idle, true);
    EXPECT_EQ(valve.current(), At(10));
  }
}

TEST(WatermarkValveTest, WhenAllBecomeIdleThenTheTaskIsIdleUntilOneIsActive) {
  WatermarkValve valve(2);
  valve.OnStatus(0, true);
  EXPECT_EQ(valve.OnStatus(1, true).idle, true);
  EXPECT_EQ(valve.OnStatus(0, false).idle, false);
  EXPECT_EQ(valve.OnWatermark(0, At(3)).watermark, At(3));
}

TEST(WatermarkValveTest, WhenAnIdleChannelComesBackBehindThenTheWatermarkDoesNotGoBack) {
  WatermarkValve valve(2);
  valve.OnWatermark(0, At(10));
  valve.OnStatus(1, true);
  valve.OnWatermark(1, At(5));
  EXPECT_FALSE(valve.OnStatus(1, false).watermark);
  EXPECT_FALSE(valve.OnWatermark(0, At(12)).watermark);
  EXPECT_EQ(valve.OnWatermark(1, At(11)).watermark, At(11));
}

TEST(WatermarkValveTest, WhenTheOthersHaveEndedThenAnIdleChannelStillHoldsTheirEnd) {
  WatermarkValve valve(3);
  valve.OnWatermark(0, At(10));
  valve.OnWatermark(1, Timestamp::Max());
  valve.OnWatermark(2, Timestamp::Max());
  EXPECT_EQ(valve.OnStatus(0, true).idle, true);
  EXPECT_EQ(valve.current(), At(10));
  const auto back = valve.OnStatus(0, false);
  EXPECT_EQ(back.idle, false);
  EXPECT_FALSE(back.watermark);
  EXPECT_EQ(valve.OnWatermark(0, Timestamp::Max()).watermark, Timestamp::Max());
}

TEST(WatermarkValveTest, WhenAChannelEndsAfterTheOthersAreIdleThenTheTaskIsIdle) {
  WatermarkValve valve(2);
  valve.OnWatermark(0, At(10));
  EXPECT_FALSE(valve.OnStatus(0, true).watermark);
  EXPECT_EQ(valve.OnWatermark(1, Timestamp::Max()).idle, true);
  EXPECT_EQ(valve.current(), At(10));
}

TEST(WatermarkValveTest, WhenRestoredThenItGoesOnWhereTheSnapshotWas) {
  WatermarkValve valve(2);
  valve.OnWatermark(0, At(10));
  valve.OnWatermark(1, At(4));
  WatermarkValve restored(2);
  restored.Restore(valve.watermarks());
  EXPECT_EQ(restored.current(), At(4));
  EXPECT_FALSE(restored.OnWatermark(1, At(3)).watermark);
  EXPECT_EQ(restored.OnWatermark(1, At(12)).watermark, At(10));
}

}  // namespace
}  // namespace penstock
