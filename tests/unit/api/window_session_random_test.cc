// Sessions against naive ones.

#include "tests/unit/api/window_random.h"

namespace penstock::testing {
namespace {

using namespace std::chrono_literals;

NaiveSpec Session(std::string name) {
  return {.name = std::move(name),
          .windows = NaiveSpec::Windows::kSession,
          .gap = [](const NaiveRecord&) { return 7; }};
}

TEST(WindowSessionRandomTest, WhenGapIsFixedThenSessionsEqualNaiveOnes) {
  CompareWithNaive(Session("session"), [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key).window("w", session(7ms)).aggregate(NaiveValues{}, &RowOf);
  });
}

TEST(WindowSessionRandomTest, WhenGapIsDynamicAndRecordsAreKeptThenSessionsEqualNaiveOnes) {
  NaiveSpec spec = Session("dynamic session with lateness");
  spec.gap = [](const NaiveRecord& record) { return 1 + record.value % 20; };
  spec.lateness = 20;
  CompareWithNaive(spec, [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", session([](const NaiveRecord& r) { return Millis(1 + r.value % 20); }))
        .allowed_lateness(20ms)
        .late_output(kLate)
        .process(NaiveProcess{});
  });
}

TEST(WindowSessionRandomTest, WhenTriggerHasStateThenMergedSessionsEqualNaiveOnes) {
  NaiveSpec spec = Session("session fired by count");
  spec.trigger = NaiveSpec::Trigger::kCount;
  spec.trigger_param = 3;
  spec.lateness = 5;
  CompareWithNaive(spec, [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", session(7ms))
        .trigger(count_trigger(3))
        .allowed_lateness(5ms)
        .aggregate(NaiveValues{}, &RowOf);
  });
}

TEST(WindowSessionRandomTest, WhenTriggerHasTimersThenMergedSessionsEqualNaiveOnes) {
  NaiveSpec spec = Session("session fired at intervals");
  spec.trigger = NaiveSpec::Trigger::kContinuousEventTime;
  spec.trigger_param = 4;
  spec.purging = true;
  CompareWithNaive(spec, [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", session(7ms))
        .trigger(purging_trigger(continuous_event_time_trigger(4ms)))
        .process(NaiveProcess{});
  });
}

TEST(WindowSessionRandomTest, WhenTimeIsThatOfProcessingThenSessionsEqualNaiveOnes) {
  NaiveSpec spec = Session("session of processing time");
  spec.event_time = false;
  spec.trigger = NaiveSpec::Trigger::kProcessingTime;
  CompareWithNaive(spec, [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", processing_time(session(7ms)))
        .aggregate(NaiveValues{}, &RowOf);
  });
}

}  // namespace
}  // namespace penstock::testing
