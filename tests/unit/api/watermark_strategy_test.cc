// Strategies in mid-stream: TimestampOperator with each generator, and idleness.

#include "api/watermark_strategy.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/penstock.h"
#include "api/runtime/timestamp_operator.h"
#include "common/hex.h"
#include "connectors/basic/sequence_source.h"
#include "tests/support/operator_harness.h"
#include "tests/support/recording_builder.h"

namespace penstock {
namespace {

using testing::BuildJob;
using testing::HarnessSnapshot;
using testing::RecordingBuilder;
using Harness = testing::OperatorHarness<std::int64_t, std::int64_t>;
using Times = std::vector<Timestamp>;

Timestamp Same(std::int64_t record) { return {record}; }

template <typename Generator>
Harness::Make Make(const WatermarkStrategy<Generator>& strategy) {
  const StampingPlan plan = MakeStampingPlan<std::int64_t>(strategy, &Same);
  return [plan] { return std::make_unique<TimestampOperator>(plan); };
}

TEST(WatermarkStrategyTest, WhenTimestampsAreMonotonousThenTheWatermarkIsOneBehind) {
  Harness harness(Make(monotonous_timestamps()));
  for (const std::int64_t record : {5, 5, 3, 9}) harness.Process(record);
  EXPECT_EQ(harness.watermarks(), (Times{{4}, {8}}));
}

TEST(WatermarkStrategyTest, WhenRecordsArePunctuatedThenTheLastWatermarkOfABatchCounts) {
  Harness harness(Make(punctuated([](std::int64_t record, Timestamp time) {
    return record % 10 == 0 ? std::optional(time) : std::nullopt;
  })));
  harness.ProcessAll({{10, {}}, {11, {}}, {20, {}}, {25, {}}});
  harness.Process(31);
  harness.Process(0);
  EXPECT_EQ(harness.watermarks(), (Times{{20}})) << "it does not go back";
}

TEST(WatermarkStrategyTest, WhenThereAreNoWatermarksThenRecordsStillGetTimestamps) {
  Harness harness(Make(no_watermarks()));
  harness.Process(7);
  EXPECT_EQ(harness.records()[0].timestamp, Timestamp{7});
  EXPECT_TRUE(harness.watermarks().empty());
  harness.Watermark(Timestamp::Max());
  EXPECT_EQ(harness.watermarks(), (Times{Timestamp::Max()}));
}

/// Holds watermarks back until asked for.
struct EveryOther {
  void on_event(std::int64_t, Timestamp time, WatermarkOutput& output) {
    if (++events % 2 == 0) output.emit(time);
  }
  void on_periodic(WatermarkOutput& output) { output.emit(output.current() + Millis(1)); }
  int events = 0;
};

TEST(WatermarkStrategyTest, WhenAGeneratorIsOnesOwnThenItIsAskedByRecordBatchAndTime) {
  Harness harness(Make(watermarks_by(EveryOther())));
  harness.ProcessAll({{10, {}}, {20, {}}});
  EXPECT_EQ(harness.watermarks(), (Times{{21}}));
  harness.PassTime(StampingPlan::kPeriod);
  harness.PassTime(StampingPlan::kPeriod / 2);
  EXPECT_EQ(harness.watermarks(), (Times{{21}, {22}}));
  harness.SnapshotAndRestore();
  harness.PassTime(StampingPlan::kPeriod);
  EXPECT_EQ(harness.watermarks().back(), Timestamp{23}) << "its output is where it was";
}

template <typename Generator>
void ExpectNoStepBack(const WatermarkStrategy<Generator>& strategy, std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  Harness plain(Make(strategy));
  Harness restored(Make(strategy), {.restore_after_every_call = true});
  for (int i = 0; i < 200; ++i) {
    const auto record = static_cast<std::int64_t>(random() % 1000);
    plain.Process(record);
    restored.Process(record);
    EXPECT_EQ(plain.last_watermark(), restored.last_watermark());
  }
  EXPECT_TRUE(restored.status().ok()) << restored.status().message();
}

TEST(WatermarkStrategyTest, WhenRestoredAtEveryStepThenWatermarksAreTheSame) {
  const auto by_ten = [](std::int64_t record, Timestamp time) {
    return record % 10 == 0 ? std::optional(time) : std::nullopt;
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ExpectNoStepBack(monotonous_timestamps(), seed);
    ExpectNoStepBack(bounded_out_of_orderness(Millis(300)), seed);
    ExpectNoStepBack(punctuated(by_ten), seed);
    ExpectNoStepBack(no_watermarks(), seed);
  }
}

TEST(WatermarkStrategyTest, WhenStoredThenTheBytesAreThoseOfVersionTwo) {
  Harness harness(Make(bounded_out_of_orderness(Millis(5))));
  harness.Process(100);
  EXPECT_EQ(ToHex(harness.Snapshot().state), "020000005e00000000000000");
}

TEST(WatermarkStrategyTest, WhenTheStateIsOfTheFirstReleaseThenItsGreatestTimestampCounts) {
  HarnessSnapshot old;
  old.state = *FromHex("e803000000000000");
  Harness harness(Make(bounded_out_of_orderness(Millis(100))), {}, {old});
  harness.Process(5);
  EXPECT_EQ(harness.watermarks(), (Times{{899}}));
}

TEST(WatermarkStrategyTest, WhenStateIsDamagedThenRestoreFails) {
  for (const std::string hex :
       {"", "02", "030000005e00000000000000", "020000005e0000000000000000"}) {
    Harness harness(Make(monotonous_timestamps()));
    const std::string state = *FromHex(hex);
    EXPECT_EQ(harness.op().Restore(testing::RestoreOf(state)).code(), ErrorCode::kCorruption);
  }
}

// ---- idleness ----

constexpr Millis kIdleness{160};
constexpr Millis kLook{10};

void Look(Harness& harness, int times) {
  for (int i = 0; i < times; ++i) harness.PassTime(kLook);
}

TEST(WatermarkStrategyTest, WhenNothingComesForLongEnoughThenTheStreamIsIdle) {
  Harness harness(Make(monotonous_timestamps().with_idleness(kIdleness)));
  harness.Process(5);
  Look(harness, 16);
  EXPECT_TRUE(harness.statuses().empty());
  Look(harness, 2);
  EXPECT_EQ(harness.statuses(), (std::vector<bool>{true}));
  EXPECT_EQ(harness.op().NextProcessingTime(), std::nullopt);
  harness.Process(6);
  EXPECT_EQ(harness.statuses(), (std::vector<bool>{true, false}));
  EXPECT_EQ(harness.watermarks(), (Times{{4}, {5}}));
  Look(harness, 18);
  EXPECT_EQ(harness.statuses(), (std::vector<bool>{true, false, true}));
}

TEST(WatermarkStrategyTest, WhenRecordsComeNowAndThenThenTheStreamIsNotIdle) {
  Harness harness(Make(monotonous_timestamps().with_idleness(kIdleness)));
  for (std::int64_t record = 0; record < 20; ++record) {
    harness.Process(record);
    Look(harness, 14);
  }
  EXPECT_TRUE(harness.statuses().empty());
}

TEST(WatermarkStrategyTest, WhenLookedAtMuchLaterThanDueThenTheStreamIsNotIdleYet) {
  Harness harness(Make(monotonous_timestamps().with_idleness(kIdleness)));
  for (int i = 0; i < 4; ++i) {
    harness.PassTime(std::chrono::hours(1));  // back-pressure
    EXPECT_TRUE(harness.statuses().empty());
  }
  Look(harness, 16);
  EXPECT_EQ(harness.statuses(), (std::vector<bool>{true}));
}

TEST(WatermarkStrategyTest, WhenTheInputOfAnIdleStreamEndsThenTheLastWatermarkCounts) {
  Harness harness(Make(monotonous_timestamps().with_idleness(kIdleness)));
  Look(harness, 20);
  harness.Watermark(Timestamp::Max());
  EXPECT_EQ(harness.statuses(), (std::vector<bool>{true, false}));
  EXPECT_EQ(harness.watermarks(), (Times{Timestamp::Max()}));
  EXPECT_EQ(harness.op().NextProcessingTime(), std::nullopt);
}

TEST(WatermarkStrategyTest, WhenIdlenessIsOffThenNoTimeIsAskedFor) {
  Harness harness(Make(monotonous_timestamps()));
  harness.Process(5);
  EXPECT_EQ(harness.op().NextProcessingTime(), std::nullopt);
}

// ---- extremes ----

TEST(WatermarkStrategyTest, WhenTimestampsAreExtremeThenNothingOverflows) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  for (const Millis bound : {Millis(0), Millis(1), Millis::max()}) {
    Harness harness(Make(bounded_out_of_orderness(bound).with_idleness(Millis::max())));
    for (const std::int64_t record : {kMin, kMin + 1, std::int64_t{-1}, kMax - 1, kMax}) {
      harness.Process(record);
    }
    for (int i = 0; i < 3; ++i) harness.PassTime(std::chrono::minutes(1));
    EXPECT_EQ(harness.last_watermark(), Timestamp{kMax} - bound - Millis(1));
    EXPECT_TRUE(harness.statuses().empty());
  }
}

TEST(WatermarkStrategyTest, WhenAGeneratorSaysTheLastWatermarkThenEventTimeDoesNotEnd) {
  Harness harness(
      Make(punctuated([](std::int64_t, Timestamp) { return std::optional(Timestamp::Max()); })));
  harness.Process(1);
  EXPECT_EQ(harness.watermarks(), (Times{Timestamp::Max() - Millis(1)}));
}

// ---- declaration ----

auto Numbers() {
  return sequence(1, [](std::uint64_t i) { return static_cast<std::int64_t>(i); });
}

TEST(WatermarkStrategyTest, WhenAStrategyMakesNoSenseThenAllThatIsWrongIsSaid) {
  const RecordingBuilder built = BuildJob([](Environment& env, const Arguments&) {
    env.from("a", Numbers(), bounded_out_of_orderness(Millis(-1)), &Same);
    env.from("b", Numbers(), monotonous_timestamps().with_idleness(Millis(0)), &Same);
    env.from("c", Numbers(), monotonous_timestamps().with_alignment("g", Millis(-1)), &Same);
    env.from("d", Numbers())
        .with_timestamps(monotonous_timestamps().with_alignment("g", Millis(1)), &Same);
  });
  EXPECT_EQ(built.problems,
            (std::vector<std::string>{
                "bounded_out_of_orderness() needs a bound that is not below 0",
                "with_idleness() needs a time above 0",
                "with_alignment() needs a drift that is not below 0",
                "with_alignment() has no effect on with_timestamps(): give the strategy to the "
                "source, env.from(\"my-name\", source, strategy, timestamp_of)"}));
}

TEST(WatermarkStrategyTest, WhenDeclaredThenTheSpecSaysWhoMakesWatermarksAndWaitsForWhom) {
  const RecordingBuilder built = BuildJob([](Environment& env, const Arguments&) {
    env.from("a", Numbers(), monotonous_timestamps().with_alignment("g", Millis(5)))
        .with_timestamps(no_watermarks(), &Same);
  });
  ASSERT_EQ(built.operators.size(), 2u);
  EXPECT_EQ(built.operators[0].alignment_group, "g");
  EXPECT_FALSE(built.operators[0].assigns_watermarks);
  EXPECT_TRUE(built.operators[1].assigns_watermarks);
  EXPECT_EQ(built.operators[1].alignment_group, "");
}

}  // namespace
}  // namespace penstock
