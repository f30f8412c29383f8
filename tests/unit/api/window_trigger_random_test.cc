// Triggers, each against its naive form.

#include "tests/unit/api/window_random.h"

namespace penstock::testing {
namespace {

using namespace std::chrono_literals;
using Trigger = NaiveSpec::Trigger;

NaiveSpec Global(std::string name, Trigger trigger, std::int64_t param, bool purging) {
  return {.name = std::move(name),
          .windows = NaiveSpec::Windows::kGlobal,
          .trigger = trigger,
          .trigger_param = param,
          .purging = purging};
}
NaiveSpec Sliding(std::string name, Trigger trigger, std::int64_t param) {
  return {.name = std::move(name),
          .size = 20,
          .slide = 10,
          .lateness = 15,
          .trigger = trigger,
          .trigger_param = param};
}

double Distance(const NaiveRecord& a, const NaiveRecord& b) {
  return std::abs(static_cast<double>(a.value - b.value));
}

template <typename Spec, typename Chosen>
auto Windows(Spec spec, Chosen trigger) {
  return [spec, trigger](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", spec)
        .allowed_lateness(15ms)
        .trigger(trigger)
        .aggregate(NaiveValues{}, &RowOf);
  };
}

TEST(WindowTriggerRandomTest, WhenRecordsAreCountedThenCountWindowsEqualNaiveOnes) {
  CompareWithNaive(Global("count(4)", Trigger::kCount, 4, true), [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key).window("w", count_window(4)).aggregate(NaiveValues{}, &RowOf);
  });
}

TEST(WindowTriggerRandomTest, WhenDeltaIsExceededThenGlobalWindowFires) {
  CompareWithNaive(Global("delta", Trigger::kDelta, 20, true),
                   Windows(global_windows(), purging_trigger(delta_trigger(20, &Distance))));
}

TEST(WindowTriggerRandomTest, WhenIntervalsPassThenGlobalWindowFires) {
  CompareWithNaive(Global("continuous", Trigger::kContinuousEventTime, 13, true),
                   Windows(global_windows(), purging_trigger(continuous_event_time_trigger(13ms))));
}

TEST(WindowTriggerRandomTest, WhenRecordsAreCountedThenTimeWindowsFireEarly) {
  CompareWithNaive(Sliding("count trigger", Trigger::kCount, 3),
                   Windows(sliding(20ms, 10ms), count_trigger(3)));
}

TEST(WindowTriggerRandomTest, WhenEventTimeIntervalsPassThenTimeWindowsFireEarly) {
  CompareWithNaive(Sliding("continuous trigger", Trigger::kContinuousEventTime, 6),
                   Windows(sliding(20ms, 10ms), continuous_event_time_trigger(6ms)));
}

TEST(WindowTriggerRandomTest, WhenTheWallClockTicksThenTimeWindowsFireEarly) {
  CompareWithNaive(Sliding("continuous processing", Trigger::kContinuousProcessingTime, 9),
                   Windows(sliding(20ms, 10ms), continuous_processing_time_trigger(9ms)));
}

TEST(WindowTriggerRandomTest, WhenTriggerIsNeverThenNothingFires) {
  const MakeOperator make = MakerOf<NaiveRecord>(Windows(tumbling(10ms), never_trigger()));
  OperatorHarness<NaiveRecord, NaiveRow> harness(make);
  for (std::int64_t i = 0; i < 100; ++i) harness.Process({i % 3, i}, {i});
  harness.Watermark(Timestamp::Max());
  EXPECT_TRUE(harness.records().empty());
  for (const TierEntries& table : harness.Snapshot().tables) EXPECT_TRUE(table.empty());
}

}  // namespace
}  // namespace penstock::testing
