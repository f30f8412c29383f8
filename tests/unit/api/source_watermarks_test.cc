// Watermarks that a source makes by split: merging, restores, idleness and alignment.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/runtime/source_operator.h"
#include "common/hex.h"
#include "tests/support/operator_harness.h"
#include "tests/support/timeline_source.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;
using testing::HarnessSetup;
using testing::HarnessSnapshot;
using testing::Records;
using testing::Silence;
using testing::Timeline;
using testing::TimelineSource;
using testing::TimelineStep;
using Harness = testing::OperatorHarness<std::int64_t, std::int64_t>;
using Times = std::vector<Timestamp>;
using Values = std::vector<std::int64_t>;

template <typename Generator>
Harness::Make MakeSource(TimelineSource source, const WatermarkStrategy<Generator>& strategy) {
  auto shared = std::make_shared<const TimelineSource>(std::move(source));
  StampingPlan plan = MakeStampingPlan<std::int64_t>(strategy, KeepsTimestamp());
  return [shared, plan] { return std::make_unique<SourceOperatorOf<std::int64_t>>(shared, plan); };
}

/// Polls, letting time pass when there is nothing, until the source ends or `polls` are over.
SourcePoll PollOn(Harness& harness, std::size_t polls = 1'000'000) {
  SourcePoll outcome = SourcePoll::kMore;
  while (polls-- > 0 && outcome != SourcePoll::kExhausted) {
    outcome = harness.Poll();
    if (outcome == SourcePoll::kNothingYet) harness.clock().Advance(10ms);
  }
  return outcome;
}

struct StoredSplit {
  std::string position;
  bool done = false;
  Timestamp watermark;
  bool operator==(const StoredSplit&) const = default;
};

std::map<std::string, StoredSplit> SplitsIn(const HarnessSnapshot& snapshot) {
  std::map<std::string, StoredSplit> splits;
  ByteReader in(snapshot.state);
  in.Fixed<std::uint32_t>();
  for (auto count = in.Fixed<std::uint32_t>(); count > 0; --count) {
    StoredSplit& split = splits[std::string(in.String())];
    split.position = in.String();
    split.done = in.Fixed<std::uint8_t>() != 0;
    split.watermark.millis = in.Fixed<std::int64_t>();
  }
  return splits;
}

Timeline RandomTimeline(std::mt19937_64& random) {
  Timeline timeline;
  std::int64_t time = static_cast<std::int64_t>(random() % 100);
  for (auto steps = random() % 60; steps > 0; --steps) {
    if (random() % 8 == 0) {
      timeline.push_back(TimelineStep::Nothing());
      continue;
    }
    time += static_cast<std::int64_t>(random() % 20);
    timeline.push_back({TimelineStep::Kind::kRecord, time});
  }
  return timeline;
}

std::vector<Timeline> RandomTimelines(std::mt19937_64& random) {
  std::vector<Timeline> splits(1 + random() % 8);
  for (Timeline& split : splits) split = RandomTimeline(random);
  return splits;
}

Values RecordsOf(const std::vector<Timeline>& splits) {
  Values all;
  for (const Timeline& split : splits) {
    for (const TimelineStep& step : split) {
      if (step.kind == TimelineStep::Kind::kRecord) all.push_back(step.record);
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// Polls once; no record that it reads may be older than a watermark from before, and watermarks
/// must not go back.
SourcePoll PollWithoutLateRecords(Harness& harness, Timestamp& watermark) {
  const std::size_t records = harness.records().size();
  const SourcePoll outcome = harness.Poll();
  for (std::size_t i = records; i < harness.records().size(); ++i) {
    EXPECT_GE(harness.records()[i].timestamp, watermark) << "a late record";
  }
  if (!harness.watermarks().empty()) {
    EXPECT_GE(harness.watermarks().back(), watermark);
    watermark = harness.watermarks().back();
  }
  if (outcome == SourcePoll::kNothingYet) harness.clock().Advance(10ms);
  return outcome;
}

TEST(SourceWatermarksTest, WhenSplitsAreInOrderOfTimeThenNoRecordIsLate) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::vector<Timeline> splits = RandomTimelines(random);
    const TimelineSource source(splits, 1 + random() % 7);
    Harness harness(MakeSource(source, monotonous_timestamps()),
                    {.restore_after_every_call = seed % 2 == 0});
    Timestamp watermark = Timestamp::Min();
    while (PollWithoutLateRecords(harness, watermark) != SourcePoll::kExhausted) {
    }
    Values read = harness.values();
    std::sort(read.begin(), read.end());
    EXPECT_EQ(read, RecordsOf(splits));
    EXPECT_TRUE(harness.status().ok()) << harness.status().message();
  }
}

TEST(SourceWatermarksTest, WhenSplitsOverlapThenTheyAreReadSideBySide) {
  Harness harness(MakeSource(TimelineSource({Records({10, 30, 50}), Records({20, 40, 60})}),
                             monotonous_timestamps()));
  EXPECT_EQ(PollOn(harness), SourcePoll::kExhausted);
  EXPECT_EQ(harness.values(), (Values{10, 20, 30, 40, 50, 60}));
  EXPECT_EQ(harness.watermarks(), (Times{{9}, {19}, {29}, {39}}))
      << "when a split has ended it does not count";
}

TEST(SourceWatermarksTest, WhenASplitHasSaidNothingThenThereIsNoWatermark) {
  Harness harness(MakeSource(TimelineSource({Records({10, 20}), Silence(5) + Records({15})}),
                             monotonous_timestamps()));
  PollOn(harness, 6);
  EXPECT_EQ(harness.values(), (Values{10, 20}));
  EXPECT_TRUE(harness.watermarks().empty());
  EXPECT_EQ(PollOn(harness), SourcePoll::kExhausted);
  EXPECT_EQ(harness.values().back(), 15);
}

TEST(SourceWatermarksTest, WhenThereIsNoStrategyThenSplitsAreReadOneByOneWithoutWatermarks) {
  auto source = std::make_shared<const TimelineSource>(
      std::vector<Timeline>{Records({10, 30}), Records({20, 40})});
  Harness harness([source] { return std::make_unique<SourceOperatorOf<std::int64_t>>(source); });
  PollOn(harness);
  EXPECT_EQ(harness.values(), (Values{10, 30, 20, 40}));
  EXPECT_TRUE(harness.watermarks().empty());
  EXPECT_TRUE(harness.statuses().empty());
}

TEST(SourceWatermarksTest, WhenRestoredThenTheWatermarkComesBeforeTheFirstRecord) {
  const TimelineSource source({Records({100, 30, 200}), Records({90, 300})});
  Harness harness(MakeSource(source, monotonous_timestamps()));
  PollOn(harness, 2);
  EXPECT_EQ(harness.last_watermark(), Timestamp{89});
  const HarnessSnapshot snapshot = harness.Snapshot();
  Harness restored(MakeSource(source, monotonous_timestamps()), {}, {snapshot});
  EXPECT_TRUE(restored.watermarks().empty()) << "nothing is emitted during a restore";
  restored.Poll();
  EXPECT_EQ(restored.watermarks().front(), Timestamp{89});
  PollOn(restored);
  EXPECT_TRUE(std::is_sorted(restored.watermarks().begin(), restored.watermarks().end()));
}

TEST(SourceWatermarksTest, WhenParallelismChangesThenEachSplitKeepsItsWatermark) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto make =
        MakeSource(TimelineSource(RandomTimelines(random), 3), monotonous_timestamps());
    const auto before = static_cast<std::uint32_t>(1 + random() % 4);
    const auto after = static_cast<std::uint32_t>(1 + random() % 4);
    std::vector<HarnessSnapshot> snapshots;
    std::map<std::string, StoredSplit> stored;
    for (std::uint32_t subtask = 0; subtask < before; ++subtask) {
      Harness harness(make, {.subtask = subtask, .parallelism = before});
      PollOn(harness, random() % 40);
      snapshots.push_back(harness.Snapshot());
      stored.merge(SplitsIn(snapshots.back()));
    }
    std::map<std::string, StoredSplit> restored;
    for (std::uint32_t subtask = 0; subtask < after; ++subtask) {
      Harness harness(make, {.subtask = subtask, .parallelism = after}, snapshots);
      std::map<std::string, StoredSplit> own = SplitsIn(harness.Snapshot());
      Timestamp least = Timestamp::Max();
      for (const auto& [id, split] : own) {
        if (!split.done) least = std::min(least, split.watermark);
      }
      harness.Poll();
      if (least != Timestamp::Max() && least != Timestamp::Min()) {
        EXPECT_EQ(harness.watermarks().front(), least);
      }
      restored.merge(own);
    }
    EXPECT_EQ(restored, stored);
  }
}

TEST(SourceWatermarksTest, WhenStoredThenTheBytesAreThoseOfVersionTwo) {
  Harness harness(MakeSource(TimelineSource({Records({10}), Records({20, 30})}),
                             bounded_out_of_orderness(5ms)));
  PollOn(harness, 2);
  EXPECT_EQ(ToHex(harness.Snapshot().state),
            "02000000"
            "02000000"
            "01000000"
            "30"
            "08000000"
            "0100000000000000"
            "01"
            "0e00000000000000"
            "01000000"
            "31"
            "08000000"
            "0100000000000000"
            "00"
            "0e00000000000000");
}

TEST(SourceWatermarksTest, WhenTheStateIsOfVersionOneThenItGoesOnWithoutAWatermark) {
  HarnessSnapshot old;
  old.state = *FromHex(
      "01000000"
      "02000000"
      "01000000"
      "30"
      "08000000"
      "0100000000000000"
      "01"
      "01000000"
      "31"
      "08000000"
      "0100000000000000"
      "00");
  Harness harness(
      MakeSource(TimelineSource({Records({10}), Records({20, 30, 40})}), monotonous_timestamps()),
      {}, {old});
  PollOn(harness);
  EXPECT_TRUE(harness.status().ok()) << harness.status().message();
  EXPECT_EQ(harness.values(), (Values{30, 40}));
  EXPECT_EQ(harness.watermarks(), (Times{{29}}));
}

// ---- idleness ----

TEST(SourceWatermarksTest, WhenASplitIsSilentThenItHoldsTheWatermarkOnlyUntilItIsIdle) {
  Harness harness(MakeSource(
      TimelineSource({Records({100}) + Silence(40) + Records({110}), Silence(40) + Records({50})}),
      monotonous_timestamps().with_idleness(100ms)));
  PollOn(harness, 10);
  EXPECT_TRUE(harness.watermarks().empty());
  PollOn(harness, 50);
  EXPECT_EQ(harness.watermarks(), (Times{{99}}));
  EXPECT_EQ(harness.statuses(), (std::vector<bool>{true})) << "both are idle in the end";
  EXPECT_EQ(PollOn(harness), SourcePoll::kExhausted);
  EXPECT_EQ(harness.values().size(), 3u);
  EXPECT_EQ(harness.statuses().back(), false) << "what has ended is not idle";
}

TEST(SourceWatermarksTest, WhenAllSplitsBecomeIdleThenTheWatermarkIsTheSameInAnyOrder) {
  for (const std::size_t longer : {0U, 1U}) {
    std::vector<Timeline> splits{Records({100}), Records({50})};
    splits[longer] = splits[longer] + Silence(5) + Records({splits[longer][0].record});
    for (Timeline& split : splits) split = split + Silence(50);
    Harness harness(
        MakeSource(TimelineSource(splits), monotonous_timestamps().with_idleness(100ms)));
    PollOn(harness, 60);
    EXPECT_EQ(harness.statuses(), (std::vector<bool>{true}));
    EXPECT_EQ(harness.last_watermark(), Timestamp{99});
  }
}

TEST(SourceWatermarksTest, WhenIdleSubtaskReadsThenItIsActiveBeforeTheRecord) {
  /// The order of statuses and records.
  class Order final : public Output {
   public:
    void Emit(Batch& batch) override { log.push_back("records " + std::to_string(batch.size())); }
    void EmitWatermark(Timestamp time) override {
      log.push_back("watermark " + std::to_string(time.millis));
    }
    void EmitStatus(bool idle) override { log.push_back(idle ? "idle" : "active"); }
    std::vector<std::string> log;
  } output;
  testing::TestSurroundings surroundings;
  testing::TestContext context(testing::OperatorIdentity{}, surroundings);
  auto op = MakeSource(TimelineSource({Silence(20) + Records({7})}),
                       monotonous_timestamps().with_idleness(100ms))();
  ASSERT_TRUE(op->Open(context, output).ok());
  auto& source = static_cast<SourceOperator&>(*op);
  while (source.Poll() != SourcePoll::kExhausted) surroundings.clock.Advance(10ms);
  EXPECT_EQ(output.log, (std::vector<std::string>{"idle", "active", "records 1"}));
}

TEST(SourceWatermarksTest, WhenNobodyPollsThenThatTimeDoesNotMakeASplitIdle) {
  Harness harness(
      MakeSource(TimelineSource({Silence(30)}), monotonous_timestamps().with_idleness(100ms)));
  harness.Poll();
  for (int i = 0; i < 3; ++i) {
    harness.clock().Advance(1h);  // back-pressure
    harness.Poll();
    EXPECT_TRUE(harness.statuses().empty());
  }
  PollOn(harness, 10);
  EXPECT_EQ(harness.statuses(), (std::vector<bool>{true}));
}

TEST(SourceWatermarksTest, WhenTheSystemDoesNotAnswerThenThatTimeDoesNotCount) {
  Harness harness(MakeSource(TimelineSource({Timeline(50, TimelineStep::NoAnswer()) + Silence(20)}),
                             monotonous_timestamps().with_idleness(100ms)));
  PollOn(harness, 50);
  EXPECT_TRUE(harness.statuses().empty());
  PollOn(harness, 8);
  EXPECT_TRUE(harness.statuses().empty());
  PollOn(harness, 5);
  EXPECT_EQ(harness.statuses(), (std::vector<bool>{true}));
}

TEST(SourceWatermarksTest, WhenAPauseIsLongerThanTheIdlenessThenTheSplitIsAskedBefore) {
  Harness harness(MakeSource(TimelineSource({Silence(10)}, 1, 1min),
                             monotonous_timestamps().with_idleness(100ms)));
  harness.Poll();
  const auto next = static_cast<SourceOperator&>(harness.op()).next_poll();
  EXPECT_EQ(next - harness.clock().Now(), 100ms);
  harness.clock().Advance(100ms);
  harness.Poll();
  EXPECT_EQ(harness.statuses(), (std::vector<bool>{true}));
  EXPECT_EQ(static_cast<SourceOperator&>(harness.op()).next_poll() - harness.clock().Now(), 1min);
}

TEST(SourceWatermarksTest, WhenIdlenessIsOffThenASilentSplitHoldsTheWatermark) {
  Harness harness(MakeSource(TimelineSource({Records({100}) + Silence(1), Silence(1000)}),
                             monotonous_timestamps()));
  PollOn(harness, 900);
  EXPECT_TRUE(harness.watermarks().empty());
  EXPECT_TRUE(harness.statuses().empty());
}

TEST(SourceWatermarksTest, WhenAnIdleSplitLagsBehindThenItsSnapshotHasTheSubtasksWatermark) {
  const TimelineSource source({Records({100}) + Silence(3) + Records({120, 130}) + Silence(99),
                               Records({50}) + Silence(99)});
  const auto make = MakeSource(source, monotonous_timestamps().with_idleness(20ms));
  Harness harness(make);
  PollOn(harness, 20);
  EXPECT_EQ(harness.last_watermark(), Timestamp{129});
  Harness restored(make, {}, {harness.Snapshot()});
  restored.Poll();
  EXPECT_EQ(restored.watermarks(), (Times{{129}})) << "50 + 1 is as late as it was";
}

// ---- generators ----

/// Follows the wall clock that it is told by its calls.
struct CountsCalls {
  template <typename T>
  void on_event(const T&, Timestamp, WatermarkOutput&) {}
  void on_periodic(WatermarkOutput& output) { output.emit(Timestamp{++calls}); }
  std::int64_t calls = 0;
};

TEST(SourceWatermarksTest, WhenAGeneratorIsOnesOwnThenItIsCalledWhileNothingComes) {
  Harness harness(MakeSource(TimelineSource({Silence(10)}, 1, 1h), watermarks_by(CountsCalls())));
  harness.Poll();
  EXPECT_EQ(harness.watermarks(), (Times{{1}}));
  const auto next = static_cast<SourceOperator&>(harness.op()).next_poll();
  EXPECT_EQ(next - harness.clock().Now(), StampingPlan::kPeriod);
  harness.clock().Advance(StampingPlan::kPeriod);
  harness.Poll();
  EXPECT_EQ(harness.watermarks(), (Times{{1}, {2}}));
}

TEST(SourceWatermarksTest, WhenRecordsCarryWatermarksThenThoseCount) {
  const auto even = [](std::int64_t record, Timestamp time) -> std::optional<Timestamp> {
    if (record % 2 != 0) return std::nullopt;
    return time;
  };
  Harness harness(MakeSource(TimelineSource({Records({1, 2, 3, 4})}), punctuated(even)));
  PollOn(harness);
  EXPECT_EQ(harness.watermarks(), (Times{{2}}));
}

// ---- alignment ----

TEST(SourceWatermarksTest, WhenAlignedThenASplitWaitsForTheSlowestOfItsSubtask) {
  const TimelineSource source({Records({0, 1000, 2000}), Silence(30) + Records({500, 900, 1800})});
  Harness harness(MakeSource(source, monotonous_timestamps().with_alignment("g", 200ms)));
  PollOn(harness, 25);
  EXPECT_EQ(harness.values(), (Values{0})) << "the other one has no watermark yet";
  harness.op();
  static_cast<SourceOperator&>(harness.op()).SetGroupWatermark(Timestamp::Max());
  EXPECT_EQ(PollOn(harness), SourcePoll::kExhausted);
  EXPECT_EQ(harness.values(), (Values{0, 500, 1000, 900, 1800, 2000}));
}

TEST(SourceWatermarksTest, WhenTheGroupHasNotBeenHeardOfThenItStaysNearItsBeginning) {
  Harness harness(MakeSource(TimelineSource({Records({0, 100, 200, 300, 400, 500, 600})}),
                             monotonous_timestamps().with_alignment("g", 250ms)));
  EXPECT_EQ(harness.PollAll(), SourcePoll::kNothingYet);
  EXPECT_EQ(harness.values().back(), 300) << "the first one beyond -1 + 250";
  static_cast<SourceOperator&>(harness.op()).SetGroupWatermark({199});
  EXPECT_EQ(harness.PollAll(), SourcePoll::kNothingYet);
  EXPECT_EQ(harness.values().back(), 500);
  static_cast<SourceOperator&>(harness.op()).SetGroupWatermark(Timestamp::Max());
  EXPECT_EQ(harness.PollAll(), SourcePoll::kExhausted);
}

TEST(SourceWatermarksTest, WhenAllSplitsWereIdleThenNoneStaysPaused) {
  const TimelineSource source({Records({0}) + Silence(20) + Records({10}) + Silence(99),
                               Records({5}) + Records({120}) + Silence(60) + Records({130})});
  Harness harness(
      MakeSource(source, monotonous_timestamps().with_idleness(50ms).with_alignment("g", 100ms)));
  static_cast<SourceOperator&>(harness.op()).SetGroupWatermark({1000});
  EXPECT_EQ(PollOn(harness, 10'000), SourcePoll::kExhausted);
  EXPECT_EQ(harness.values().size(), 5u);
}

/// Several subtasks in one group, of random speed; now and then each is told the least watermark.
TEST(SourceWatermarksTest, WhenSourcesAreAlignedThenNoneIsFarAheadOfTheSlowest) {
  constexpr std::int64_t kDrift = 50;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<std::unique_ptr<Harness>> sources(2 + random() % 3);
    for (auto& source : sources) {
      source = std::make_unique<Harness>(
          MakeSource(TimelineSource({Records({0}) + RandomTimeline(random)}),
                     monotonous_timestamps().with_alignment("g", Millis(kDrift))));
    }
    std::vector<bool> ended(sources.size());
    const auto least = [&] {
      Timestamp watermark = Timestamp::Max();
      for (std::size_t i = 0; i < sources.size(); ++i) {
        if (!ended[i]) watermark = std::min(watermark, sources[i]->last_watermark());
      }
      return watermark;
    };
    for (std::size_t left = 100'000; least() != Timestamp::Max(); --left) {
      ASSERT_GT(left, 0u) << "they wait for each other for ever";
      const std::size_t i = random() % sources.size() * (random() % 3 == 0 ? 1 : 0);
      if (random() % 5 == 0) {
        static_cast<SourceOperator&>(sources[i]->op()).SetGroupWatermark(least());
      }
      const std::size_t before = sources[i]->records().size();
      const Timestamp own = sources[i]->last_watermark();
      const Timestamp slowest = least();
      ended[i] = PollOn(*sources[i], 1) == SourcePoll::kExhausted;
      if (sources[i]->records().size() == before || slowest == Timestamp::Min()) continue;
      EXPECT_LE(own, slowest + Millis(kDrift)) << "it should have waited";
    }
  }
}

// ---- extremes ----

TEST(SourceWatermarksTest, WhenTimestampsAreExtremeThenNothingOverflowsOrEndsEventTime) {
  constexpr std::int64_t kMin = Timestamp::Min().millis;
  constexpr std::int64_t kMax = Timestamp::Max().millis;
  const Values extremes{kMin, kMin + 1, -1, 0, 1, kMax - 1, kMax};
  for (const Millis bound : {Millis(0), Millis(1), Millis::max()}) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      std::mt19937_64 random(seed);
      std::vector<Timeline> splits(3);
      for (Timeline& split : splits) {
        for (int i = 0; i < 5; ++i) split.push_back({{}, extremes[random() % extremes.size()]});
      }
      const auto strategy = bounded_out_of_orderness(bound).with_idleness(Millis::max());
      Harness harness(MakeSource(TimelineSource(splits), strategy));
      EXPECT_EQ(PollOn(harness), SourcePoll::kExhausted);
      EXPECT_EQ(harness.values().size(), 15u);
      EXPECT_TRUE(std::is_sorted(harness.watermarks().begin(), harness.watermarks().end()));
      for (const Timestamp watermark : harness.watermarks()) {
        EXPECT_GT(watermark, Timestamp::Min());
        EXPECT_LT(watermark, Timestamp::Max());
      }
    }
  }
}

TEST(SourceWatermarksTest, WhenTheDriftIsExtremeThenTheLimitDoesNotOverflow) {
  for (const Millis drift : {Millis(0), Millis::max()}) {
    Harness harness(MakeSource(TimelineSource({Records({Timestamp::Max().millis, 5})}),
                               monotonous_timestamps().with_alignment("g", drift)));
    for (const Timestamp group : {Timestamp::Min(), Timestamp{0}, Timestamp::Max()}) {
      static_cast<SourceOperator&>(harness.op()).SetGroupWatermark(group);
      PollOn(harness, 3);
    }
    EXPECT_EQ(harness.values().size(), 2u);
  }
}

}  // namespace
}  // namespace penstock
