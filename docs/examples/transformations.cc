// The examples of docs/writing-jobs.md, chapter "Transformations".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/penstock.h"
#include "api/testing/testing.h"

using namespace penstock;

namespace {

using penstock::testing::OperatorTest;
using ::testing::ElementsAre;

// [records]
struct Reading {
  std::string sensor;
  double celsius = 0;
  Timestamp time;
};
struct Alarm {
  std::string sensor;
  std::string reason;
};
// [records]

Reading Of(std::string sensor, double celsius) { return {std::move(sensor), celsius, {}}; }

Stream<std::string> Map(const Stream<Reading>& readings) {
  // [map]
  auto sensors = readings.map([](const Reading& reading) { return reading.sensor; });
  auto fields = readings.map(&Reading::celsius);  // a member will do
  // [map]
  static_assert(std::is_same_v<decltype(fields), Stream<double>>);
  return sensors;
}

TEST(TransformationExamples, Map) {
  OperatorTest<Reading, std::string> test(&Map);
  test.process(Of("a", 1));
  EXPECT_THAT(test.output(), ElementsAre("a"));
}

Stream<Reading> MapInPlace(const Stream<Reading>& readings) {
  // [map-in-place]
  auto corrected = readings.map([](Reading& reading) { reading.celsius -= 0.5; });
  // [map-in-place]
  return corrected;
}

TEST(TransformationExamples, MapInPlace) {
  OperatorTest<Reading, Reading> test(&MapInPlace);
  test.process(Of("a", 1));
  EXPECT_EQ(test.output().front().celsius, 0.5);
}

Stream<Reading> Filter(const Stream<Reading>& readings) {
  // [filter]
  auto hot = readings.filter([](const Reading& reading) { return reading.celsius > 40; });
  // [filter]
  return hot;
}

TEST(TransformationExamples, Filter) {
  OperatorTest<Reading, Reading> test(&Filter);
  test.process(Of("a", 1));
  test.process(Of("b", 41));
  ASSERT_EQ(test.output().size(), 1U);
  EXPECT_EQ(test.output().front().sensor, "b");
}

Stream<std::string> FlatMap(const Stream<std::string>& lines) {
  // [flat-map]
  auto words = lines.flat_map([](const std::string& line, Collector<std::string>& out) {
    std::istringstream in(line);
    for (std::string word; in >> word;) out.collect(word);
  });
  // [flat-map]
  return words;
}

TEST(TransformationExamples, FlatMap) {
  OperatorTest<std::string, std::string> test(&FlatMap);
  test.process("to be or");
  EXPECT_THAT(test.output(), ElementsAre("to", "be", "or"));
}

Stream<Reading> Reduce(const Stream<Reading>& readings) {
  // [reduce]
  auto warmest = readings.key_by(&Reading::sensor)
                     .reduce("warmest", [](const Reading& so_far, const Reading& next) {
                       return next.celsius > so_far.celsius ? next : so_far;
                     });
  // [reduce]
  return warmest;
}

TEST(TransformationExamples, Reduce) {
  OperatorTest<Reading, Reading> test(&Reduce);
  for (const double celsius : {3, 5, 4}) test.process(Of("a", celsius));
  std::vector<double> warmest;
  for (const Reading& reading : test.output()) warmest.push_back(reading.celsius);
  EXPECT_THAT(warmest, ElementsAre(3, 5, 5));
}

// [keyed-process]
/// Raises an alarm when a sensor is hot for a minute on end, or silent for ten.
struct Watch : KeyedProcess<std::string, Reading, Alarm> {
  ValueState<Timestamp> hot_since{this, "hot-since"};
  ValueState<Timestamp> last{this, "last"};

  void process(const Reading& reading, Context& context, Collector<Alarm>& out) {
    if (reading.celsius <= 40) {
      hot_since.clear();
    } else if (!hot_since.has_value()) {
      hot_since = context.timestamp();
    } else if (context.timestamp() - *hot_since.get() >= 1min) {
      out.collect({reading.sensor, "hot"});
    }
    last = context.timestamp();
    context.timers().set(context.timestamp() + 10min);
  }
  void on_timer(Timestamp time, Context& context, Collector<Alarm>& out) {
    if (time - *last.get() < 10min) return;  // it has spoken since
    out.collect({context.key(), "silent"});
    last.clear();
    hot_since.clear();
  }
};
// [keyed-process]

Stream<Alarm> RunWatch(const Stream<Reading>& readings) {
  // [keyed-process-use]
  auto alarms = readings.key_by(&Reading::sensor).process("watch", Watch{});
  // [keyed-process-use]
  return alarms;
}

TEST(TransformationExamples, KeyedProcess) {
  OperatorTest<Reading, Alarm> test(&RunWatch);
  const Timestamp start{0};
  test.process(Of("a", 41), start);
  test.process(Of("a", 42), start + 1min);
  ASSERT_EQ(test.output().size(), 1U);
  EXPECT_EQ(test.output()[0].reason, "hot");
  test.watermark(start + 10min);
  EXPECT_EQ(test.output().size(), 1U);
  test.watermark(start + 11min);
  ASSERT_EQ(test.output().size(), 2U);
  EXPECT_EQ(test.output()[1].reason, "silent");
}

// [process]
/// Numbers the records of each subtask, through failures too.
struct Numbering : Process<Reading, std::string> {
  ListOperatorState<std::uint64_t> next{this, "next"};

  void open(Context&) {
    if (next.empty()) next.add(0);
  }
  void process(const Reading& reading, Context& context, Collector<std::string>& out) {
    std::uint64_t& number = next.edit().front();
    out.collect(std::to_string(context.subtask()) + "-" + std::to_string(number++) + " " +
                reading.sensor);
  }
};
// [process]

Stream<std::string> RunNumbering(const Stream<Reading>& readings) {
  // [process-use]
  auto numbered = readings.process("numbering", Numbering{});
  // [process-use]
  return numbered;
}

TEST(TransformationExamples, Process) {
  OperatorTest<Reading, std::string> test(&RunNumbering);
  test.process(Of("a", 1));
  test.restore(test.snapshot());
  test.process(Of("b", 1));
  EXPECT_THAT(test.output(), ElementsAre("0-0 a", "0-1 b"));
}

// [side-output]
const OutputTag<Alarm> kBroken{"broken"};

struct Check : Process<Reading, Reading> {
  void process(const Reading& reading, Context& context, Collector<Reading>& out) {
    if (reading.celsius < -273.15) return context.output(kBroken, {reading.sensor, "too cold"});
    out.collect(reading);
  }
};
// [side-output]

Stream<Reading> SideOutput(const Stream<Reading>& readings, Stream<Alarm>* side) {
  // [side-output-use]
  auto good = readings.process("check", Check{});
  auto broken = good.side_output(kBroken);
  // [side-output-use]
  *side = broken;
  return good;
}

TEST(TransformationExamples, SideOutput) {
  OperatorTest<Reading, Alarm> test([](const Stream<Reading>& readings) {
    Stream<Alarm> side{internal::StreamEnds{}};
    SideOutput(readings, &side);
    return side;
  });
  test.process(Of("a", -300));
  test.process(Of("b", 20));
  ASSERT_EQ(test.output().size(), 1U);
  EXPECT_EQ(test.output()[0].sensor, "a");
}

Stream<Reading> Union(const Stream<Reading>& indoor, const Stream<Reading>& outdoor) {
  // [union]
  auto all = indoor.union_with(outdoor);
  // [union]
  return all.filter([](const Reading&) { return true; });
}

TEST(TransformationExamples, Union) {
  penstock::testing::TwoInputTest<Reading, Reading, Reading> test(&Union);
  test.process1(Of("in", 1));
  test.process2(Of("out", 2));
  EXPECT_EQ(test.output().size(), 2U);
}

}  // namespace
