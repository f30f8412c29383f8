#include "api/process.h"

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/runtime/process_operator.h"
#include "tests/unit/api/keyed_driver.h"

namespace penstock {
namespace {

using testing::KeyedDriver;
using testing::OperatorSnapshot;

struct Event {
  std::string user;
  std::int64_t value = 0;
};

struct Report {
  std::string user;
  std::int64_t count = 0;
  std::int64_t sum = 0;
  bool operator==(const Report&) const = default;
};

/// Reports a user's count and sum once nothing has come for 10 ms.
struct Sessions : KeyedProcess<std::string, Event, Report> {
  ValueState<std::int64_t> count{this, "count"};
  ValueState<std::int64_t> sum{this, "sum"};
  ValueState<Timestamp> timer{this, "timer"};

  void process(const Event& event, Context& context, Collector<Report>&) {
    if (const Timestamp* old = timer.get()) context.timers().erase(*old);
    timer = context.timestamp() + Millis(10);
    context.timers().set(*timer.get());
    count = count.value_or(0) + 1;
    sum.edit() += event.value;
  }
  void on_timer(Timestamp time, Context& context, Collector<Report>& out) {
    EXPECT_EQ(time, context.timestamp());
    EXPECT_LE(time, context.watermark());
    out.collect({context.key(), count.value_or(0), sum.value_or(0)});
    count.clear();
    sum.clear();
    timer.clear();
    EXPECT_FALSE(count.has_value());
    EXPECT_EQ(sum.get(), nullptr);
  }
};

auto NewSessions() { return MakeProcess<Event>("sessions", &Event::user, Sessions{}); }

TEST(ProcessTest, WhenFunctionIsDeclaredThenItsStatesAreFound) {
  const auto states = ProcessStates("sessions", Sessions{});
  ASSERT_EQ(states.size(), 5U);
  EXPECT_EQ(states[0].name, "count");
  EXPECT_EQ(states[1].name, "sum");
  EXPECT_EQ(states[2].name, "timer");
  EXPECT_EQ(states[2].value, FingerprintOf<Timestamp>());
  EXPECT_EQ(states[3].name, "timers");
  EXPECT_EQ(states[3].key, FingerprintOf<std::string>());
  EXPECT_EQ(states[4].name, "processing-timers");
  EXPECT_EQ(states[4].key, FingerprintOf<std::string>());
  EXPECT_EQ(ProcessProblem("sessions", Sessions{}), "");
}

TEST(ProcessTest, WhenTwoStatesHaveOneNameThenThereIsAComplaint) {
  struct Twice : KeyedProcess<std::string, Event, Report> {
    ValueState<int> a{this, "a"};
    ValueState<int> b{this, "a"};
  };
  struct Reserved : KeyedProcess<std::string, Event, Report> {
    ValueState<int> timers{this, "timers"};
  };
  EXPECT_NE(ProcessProblem("uid", Twice{}).find("\"a\""), std::string::npos);
  EXPECT_NE(ProcessProblem("uid", Reserved{}).find("\"timers\""), std::string::npos);
}

TEST(ProcessTest, WhenNothingComesForAWhileThenTheTimerFires) {
  KeyedDriver<Event, Report> driver(NewSessions());
  ASSERT_TRUE(driver.opened.ok());
  driver.Add({"a", 1}, {0});
  driver.Add({"b", 7}, {2});
  driver.Add({"a", 2}, {5});
  driver.Watermark({11});
  EXPECT_TRUE(driver.output.records.empty());
  driver.Watermark({14});
  driver.Add({"a", 3}, {14});
  driver.Watermark({100});
  const std::vector<std::pair<Report, Timestamp>> expected{{{"b", 1, 7}, {12}},
                                                           {{"a", 3, 6}, {24}}};
  EXPECT_EQ(driver.output.records, expected);
  EXPECT_EQ(driver.output.watermark, Timestamp{100});
  for (const auto& table : driver.Snapshot().tables) EXPECT_TRUE(table.empty());
}

TEST(ProcessTest, WhenRestoredAtEveryStepThenOutputIsTheSame) {
  std::mt19937_64 random(3);
  KeyedDriver<Event, Report> whole(NewSessions());
  OperatorSnapshot snapshot = KeyedDriver<Event, Report>(NewSessions()).Snapshot();
  std::multimap<std::int64_t, std::string> stepwise;
  std::multimap<std::int64_t, std::string> at_once;
  for (std::int64_t step = 0; step < 200; ++step) {
    KeyedDriver<Event, Report> driver(NewSessions(), snapshot);
    ASSERT_TRUE(driver.opened.ok()) << driver.opened.message();
    const Event event{"user " + std::to_string(random() % 20),
                      static_cast<std::int64_t>(random() % 10)};
    for (auto* each : {&whole, &driver}) {
      each->Add(event, {step});
      each->Watermark({step - 2});
    }
    for (const auto& [report, time] : driver.output.records) {
      stepwise.emplace(time.millis, EncodeToString(report));
    }
    snapshot = driver.Snapshot();
  }
  for (const auto& [report, time] : whole.output.records) {
    at_once.emplace(time.millis, EncodeToString(report));
  }
  EXPECT_FALSE(at_once.empty());
  EXPECT_EQ(stepwise, at_once);
}

TEST(ProcessTest, WhenFunctionsAreCopiedThenTheirStatesAreSeparate) {
  const Sessions original;
  KeyedDriver<Event, Report> first(MakeProcess<Event>("s", &Event::user, original));
  KeyedDriver<Event, Report> second(MakeProcess<Event>("s", &Event::user, original));
  first.Add({"a", 1}, {0});
  first.Process();
  second.Add({"a", 5}, {0});
  second.Watermark({100});
  ASSERT_EQ(second.output.records.size(), 1U);
  EXPECT_EQ(second.output.records[0].first, (Report{"a", 1, 5}));
}

struct Deaf : KeyedProcess<std::string, Event, Report> {
  void process(const Event&, Context& context, Collector<Report>&) {
    context.timers().set(context.timestamp());
  }
};

TEST(ProcessTest, WhenTimerIsSetWithoutOnTimerThenTheTaskFails) {
  KeyedDriver<Event, Report> driver(MakeProcess<Event>("deaf", &Event::user, Deaf{}));
  driver.Add({"a", 1}, {0});
  driver.Process();
  EXPECT_NE(driver.context.failure.message().find("no on_timer"), std::string::npos);
}

}  // namespace
}  // namespace penstock
