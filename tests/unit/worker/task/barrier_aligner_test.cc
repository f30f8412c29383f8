#include "worker/task/barrier_aligner.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

CheckpointBarrier Barrier(std::uint64_t id) { return {CheckpointId(id), false, 0}; }

TEST(BarrierAlignerTest, WhenThereIsOneChannelThenItsBarrierIsAlignedAtOnce) {
  BarrierAligner aligner(1);
  const auto step = aligner.OnBarrier(0, Barrier(1), 5);
  ASSERT_TRUE(step.aligned);
  EXPECT_EQ(step.aligned->checkpoint, CheckpointId(1));
  EXPECT_FALSE(step.block);
  EXPECT_EQ(step.alignment_nanos, 0);
}

TEST(BarrierAlignerTest, WhenSomeChannelsHaveTheBarrierThenTheyAreBlockedUntilAllHaveIt) {
  BarrierAligner aligner(3);
  EXPECT_TRUE(aligner.OnBarrier(1, Barrier(1), 100).block);
  EXPECT_TRUE(aligner.OnBarrier(0, Barrier(1), 150).block);
  EXPECT_TRUE(aligner.aligning());
  const auto last = aligner.OnBarrier(2, Barrier(1), 400);
  EXPECT_TRUE(last.unblock_all);
  EXPECT_FALSE(last.block);
  ASSERT_TRUE(last.aligned);
  EXPECT_EQ(last.alignment_nanos, 300);
  EXPECT_FALSE(aligner.aligning());
}

TEST(BarrierAlignerTest, WhenANewerBarrierComesThenTheOlderCheckpointIsAborted) {
  BarrierAligner aligner(2);
  EXPECT_TRUE(aligner.OnBarrier(0, Barrier(1), 0).block);
  const auto newer = aligner.OnBarrier(1, Barrier(2), 10);
  EXPECT_EQ(newer.aborted, CheckpointId(1));
  EXPECT_TRUE(newer.unblock_all);
  EXPECT_TRUE(newer.block);
  EXPECT_FALSE(newer.aligned);
  EXPECT_TRUE(aligner.OnBarrier(0, Barrier(2), 20).aligned);
}

TEST(BarrierAlignerTest, WhenABarrierIsOlderThenItIsIgnored) {
  BarrierAligner aligner(2);
  EXPECT_TRUE(aligner.OnBarrier(0, Barrier(2), 0).block);
  const auto older = aligner.OnBarrier(1, Barrier(1), 0);
  EXPECT_FALSE(older.block || older.unblock_all || older.aligned || older.aborted);
  EXPECT_TRUE(aligner.OnBarrier(1, Barrier(2), 0).aligned);
}

TEST(BarrierAlignerTest, WhenABarrierIsRepeatedThenItDoesNotCountTwice) {
  BarrierAligner aligner(2);
  aligner.OnBarrier(0, Barrier(1), 0);
  EXPECT_FALSE(aligner.OnBarrier(0, Barrier(1), 0).aligned);
  EXPECT_TRUE(aligner.OnBarrier(1, Barrier(1), 0).aligned);
  EXPECT_FALSE(aligner.OnBarrier(1, Barrier(1), 0).block);
}

TEST(BarrierAlignerTest, WhenCheckpointsFollowEachOtherThenEachIsAligned) {
  BarrierAligner aligner(2);
  for (std::uint64_t id = 1; id <= 3; ++id) {
    const auto first = aligner.OnBarrier(0, Barrier(id), 0);
    EXPECT_FALSE(first.aborted);
    EXPECT_TRUE(first.block);
    EXPECT_TRUE(aligner.OnBarrier(1, Barrier(id), 0).aligned);
  }
}

TEST(BarrierAlignerTest, WhenAtLeastOnceThenChannelsAreTrackedWithoutBlockingThem) {
  BarrierAligner aligner(2, CheckpointMode::kAtLeastOnce);
  const auto first = aligner.OnBarrier(1, Barrier(1), 100);
  EXPECT_FALSE(first.block);
  EXPECT_FALSE(first.aligned);
  EXPECT_TRUE(aligner.aligning());
  EXPECT_TRUE(aligner.OnBarrier(0, Barrier(1), 150).aligned);
}

TEST(BarrierAlignerTest, WhenAtLeastOnceThenAFinalCheckpointBlocksNevertheless) {
  BarrierAligner aligner(2, CheckpointMode::kAtLeastOnce);
  EXPECT_TRUE(aligner.OnBarrier(0, {CheckpointId(1), true, 0}, 0).block);
  const auto last = aligner.OnBarrier(1, {CheckpointId(1), true, 0}, 0);
  EXPECT_TRUE(last.unblock_all);
  EXPECT_TRUE(last.aligned);
}

}  // namespace
}  // namespace penstock
