// Event-time and processing-time windows of fixed size against naive ones.

#include "tests/unit/api/window_random.h"

namespace penstock::testing {
namespace {

using namespace std::chrono_literals;

NaiveSpec Time(std::string name, std::int64_t size, std::int64_t slide, std::int64_t offset) {
  return {.name = std::move(name), .size = size, .slide = slide, .offset = offset};
}

TEST(WindowTimeRandomTest, WhenWindowsHaveAnOffsetThenPanesEqualNaiveOnes) {
  CompareWithNaive(Time("tumbling", 12, 12, 5), [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", tumbling(12ms, 5ms))
        .aggregate(NaiveValues{}, &RowOf);
  });
  CompareWithNaive(Time("sliding", 20, 8, -3), [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", sliding(20ms, 8ms, -3ms))
        .aggregate(NaiveValues{}, &RowOf);
  });
}

TEST(WindowTimeRandomTest, WhenLatenessIsAllowedThenRefinementsEqualNaiveOnes) {
  NaiveSpec spec = Time("tumbling with lateness", 12, 12, 5);
  spec.lateness = 25;
  CompareWithNaive(spec, [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", tumbling(12ms, 5ms))
        .allowed_lateness(25ms)
        .late_output(kLate)
        .aggregate(NaiveValues{}, &RowOf);
  });
}

TEST(WindowTimeRandomTest, WhenRecordsAreKeptThenWindowsEqualNaiveOnes) {
  NaiveSpec spec = Time("sliding with lateness", 20, 8, 0);
  spec.lateness = 10;
  CompareWithNaive(spec, [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", sliding(20ms, 8ms))
        .allowed_lateness(10ms)
        .process(NaiveProcess{});
  });
}

TEST(WindowTimeRandomTest, WhenTimeIsThatOfProcessingThenWindowsEqualNaiveOnes) {
  NaiveSpec spec = Time("processing time", 10, 10, 3);
  spec.event_time = false;
  spec.trigger = NaiveSpec::Trigger::kProcessingTime;
  CompareWithNaive(spec, [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", processing_time(tumbling(10ms, 3ms)))
        .aggregate(NaiveValues{}, &RowOf);
  });
}

}  // namespace
}  // namespace penstock::testing
