// Evictors, each against its naive form.

#include "tests/unit/api/window_random.h"

namespace penstock::testing {
namespace {

using namespace std::chrono_literals;
using Evictor = NaiveSpec::Evictor;

double Distance(const NaiveRecord& a, const NaiveRecord& b) {
  return std::abs(static_cast<double>(a.value - b.value));
}

/// Sliding windows that fire at every third record.
NaiveSpec Spec(std::string name, Evictor evictor, std::int64_t param, bool after) {
  return {.name = std::move(name),
          .size = 40,
          .slide = 20,
          .lateness = 10,
          .trigger = NaiveSpec::Trigger::kCount,
          .trigger_param = 3,
          .evictor = evictor,
          .evictor_param = param,
          .evict_after = after};
}

template <typename Chosen>
auto Windows(Chosen evictor) {
  return [evictor](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", sliding(40ms, 20ms))
        .trigger(count_trigger(3))
        .evictor(evictor)
        .allowed_lateness(10ms)
        .process(NaiveProcess{});
  };
}

TEST(WindowEvictorRandomTest, WhenCountWindowsSlideThenTheyEqualNaiveOnes) {
  const NaiveSpec spec{.name = "count(5, 2)",
                       .windows = NaiveSpec::Windows::kGlobal,
                       .trigger = NaiveSpec::Trigger::kCount,
                       .trigger_param = 2,
                       .evictor = Evictor::kCount,
                       .evictor_param = 5};
  CompareWithNaive(spec, [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", count_window(5, 2))
        .aggregate(NaiveValues{}, &RowOf);
  });
}

TEST(WindowEvictorRandomTest, WhenEvictedByCountThenWindowsEqualNaiveOnes) {
  CompareWithNaive(Spec("before", Evictor::kCount, 4, false), Windows(count_evictor(4)));
  CompareWithNaive(Spec("after", Evictor::kCount, 2, true),
                   Windows(count_evictor(2, EvictWhen::kAfter)));
}

TEST(WindowEvictorRandomTest, WhenEvictedByTimeThenWindowsEqualNaiveOnes) {
  CompareWithNaive(Spec("by time", Evictor::kTime, 12, false), Windows(time_evictor(12ms)));
}

TEST(WindowEvictorRandomTest, WhenEvictedByDeltaThenWindowsEqualNaiveOnes) {
  CompareWithNaive(Spec("by delta", Evictor::kDelta, 15, true),
                   Windows(delta_evictor(15, &Distance, EvictWhen::kAfter)));
}

TEST(WindowEvictorRandomTest, WhenSessionsMergeThenEvictedOnesEqualNaiveOnes) {
  NaiveSpec spec = Spec("session by time", Evictor::kTime, 9, false);
  spec.windows = NaiveSpec::Windows::kSession;
  spec.gap = [](const NaiveRecord&) { return 7; };
  CompareWithNaive(spec, [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", session(7ms))
        .trigger(count_trigger(3))
        .evictor(time_evictor(9ms))
        .allowed_lateness(10ms)
        .aggregate(NaiveValues{}, &RowOf);
  });
}

}  // namespace
}  // namespace penstock::testing
