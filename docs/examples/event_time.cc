// The examples of docs/writing-jobs.md, chapter "Time".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/penstock.h"
#include "api/testing/testing.h"
#include "connectors/basic/discard_sink.h"
#include "connectors/file/file_source.h"
#include "tests/support/recording_builder.h"

using namespace penstock;

namespace {

using penstock::testing::BuildJob;
using penstock::testing::OperatorTest;
using ::testing::IsEmpty;

struct Event {
  std::string user;
  bool closes_minute = false;
  Timestamp time;
};

void AtTheSource(Environment& env, const Arguments& args) {
  // [source]
  auto events = env.from("events", FileSource::json<Event>(args.path("input")),
                         bounded_out_of_orderness(5s).with_idleness(1min), &Event::time);
  // [source]
  events.sink_to(discard());
}
TEST(TimeExamples, AtTheSource) {
  EXPECT_THAT(BuildJob(&AtTheSource, {{"input", "events.json"}}).problems, IsEmpty());
}

Stream<Event> MidStream(const Stream<Event>& events) {
  // [mid-stream]
  auto timed = events.with_timestamps(monotonous_timestamps(), &Event::time);
  // [mid-stream]
  return timed;
}
TEST(TimeExamples, MidStream) {
  OperatorTest<Event, Event> test(&MidStream);
  test.process({"ann", false, Timestamp{7}});
  EXPECT_EQ(test.emitted().front().timestamp, Timestamp{7});
}

Stream<Event> Punctuated(const Stream<Event>& events) {
  // [punctuated]
  auto timed = events.with_timestamps(
      punctuated([](const Event& event, Timestamp time) -> std::optional<Timestamp> {
        if (!event.closes_minute) return std::nullopt;
        return time;
      }),
      &Event::time);
  // [punctuated]
  return timed;
}
TEST(TimeExamples, Punctuated) {
  OperatorTest<Event, Event> test(&Punctuated);
  test.process({"ann", false, Timestamp{7}});
  EXPECT_EQ(test.output_watermark(), Timestamp::Min());
  test.process({"ann", true, Timestamp{9}});
  EXPECT_EQ(test.output_watermark(), Timestamp{9});
}

// [own-generator]
/// As late as the last records have been, and a second.
struct Adaptive {
  Timestamp greatest = Timestamp::Min();
  Millis lateness{0};

  void on_event(const Event&, Timestamp time, WatermarkOutput&) {
    if (time < greatest) lateness = std::max(lateness, greatest - time);
    greatest = std::max(greatest, time);
  }
  void on_periodic(WatermarkOutput& output) { output.emit(greatest - lateness - 1s); }
};
// [own-generator]

Stream<Event> Own(const Stream<Event>& events) {
  // [own-generator-use]
  auto timed = events.with_timestamps(watermarks_by(Adaptive{}), &Event::time);
  // [own-generator-use]
  return timed;
}
TEST(TimeExamples, OwnGenerator) {
  OperatorTest<Event, Event> test(&Own);
  test.process({"ann", false, Timestamp{5000}});
  EXPECT_EQ(test.output_watermark(), Timestamp{4000});
}

void Aligned(Environment& env, const Arguments& args) {
  // [alignment]
  auto strategy = [] { return monotonous_timestamps().with_alignment("all", /*max_drift=*/30s); };
  auto fast =
      env.from("fast", FileSource::json<Event>(args.path("fast")), strategy(), &Event::time);
  auto slow =
      env.from("slow", FileSource::json<Event>(args.path("slow")), strategy(), &Event::time);
  // [alignment]
  fast.union_with(slow).sink_to(discard());
}
TEST(TimeExamples, Alignment) {
  EXPECT_THAT(BuildJob(&Aligned, {{"fast", "a.json"}, {"slow", "b.json"}}).problems, IsEmpty());
}

}  // namespace
