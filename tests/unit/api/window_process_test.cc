// What window functions are given, their states, and what is refused.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/penstock.h"
#include "tests/support/operator_harness.h"
#include "tests/unit/api/window_random.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;
using testing::HarnessSetup;
using testing::MakerOf;
using testing::OperatorHarness;

struct Event {
  Text user;
  std::int64_t value = 0;
};
struct Line {
  std::string text;
  bool operator==(const Line&) const = default;
};

const OutputTag<int> kFirings{"firings"};

struct Describing : WindowProcess<Text, Event, Line> {
  ValueState<int> windows{this, "seen"};
  ValueState<int> firings{per_window(), "firings"};
  ListState<std::int64_t> sizes{per_window(), "sizes"};

  void process(Context& context, const WindowElements<Event>& elements, Collector<Line>& out) {
    if (++firings.edit() == 1) ++windows.edit();
    sizes.add(static_cast<std::int64_t>(elements.size()));
    std::string text = context.key().str() + std::to_string(context.window().start.millis) + " " +
                       std::to_string(windows.value_or(0)) + "." +
                       std::to_string(firings.value_or(0)) + " w" +
                       std::to_string(context.watermark().millis) + ":";
    for (int pass = 0; pass < 2; ++pass) {
      for (const Event& event : elements) {
        text += " " + event.user.str() + std::to_string(event.value);
      }
    }
    text += " |";
    for (const std::int64_t size : sizes.get()) text += " " + std::to_string(size);
    context.output(kFirings, firings.value_or(0));
    out.collect({std::move(text)});
  }
  void clear(Context&) {
    firings.clear();
    sizes.clear();
  }
};

std::vector<std::string> TextsOf(const std::vector<Line>& lines) {
  std::vector<std::string> texts;
  for (const Line& line : lines) texts.push_back(line.text);
  return texts;
}

class WindowProcessTest : public ::testing::TestWithParam<bool> {
 protected:
  template <typename Place>
  static OperatorHarness<Event, Line> Harness(Place&& place) {
    HarnessSetup setup;
    setup.restore_after_every_call = GetParam();
    return OperatorHarness<Event, Line>(MakerOf<Event>(place), setup);
  }
};
INSTANTIATE_TEST_SUITE_P(RestoredOrNot, WindowProcessTest, ::testing::Bool());

TEST_P(WindowProcessTest, WhenWindowFiresThenFunctionSeesElementsTimesAndStates) {
  auto harness = Harness([](const Stream<Event>& stream) {
    stream.key_by(&Event::user)
        .window("w", tumbling(10ms))
        .allowed_lateness(20ms)
        .process(Describing{});
  });
  testing::CollectingOutput<int> firings;
  harness.Read(kFirings, firings);
  const std::string user = "a user with a long name";
  harness.Process({Text(user), 1}, {3});
  harness.Process({Text(user), 2}, {1});
  harness.Watermark({9});
  harness.Process({Text(user), 3}, {2});
  harness.Process({Text(user), 4}, {15});
  harness.Watermark({19});
  harness.Watermark({100});
  EXPECT_EQ(TextsOf(harness.values()),
            (std::vector<std::string>{
                user + "0 1.1 w9: " + user + "1 " + user + "2 " + user + "1 " + user + "2 | 2",
                user + "0 1.2 w9: " + user + "1 " + user + "2 " + user + "3 " + user + "1 " + user +
                    "2 " + user + "3 | 2 3",
                user + "10 2.1 w19: " + user + "4 " + user + "4 | 1"}));
  EXPECT_EQ(harness.records()[0].timestamp, Timestamp{9});
  EXPECT_EQ(firings.records, (std::vector<testing::Emitted<int>>{{1, {9}}, {2, {9}}, {1, {19}}}));
  // What is left is the state of the key.
  std::size_t left = 0;
  for (const auto& table : harness.Snapshot().tables) left += table.size();
  EXPECT_EQ(left, 1U);
  EXPECT_TRUE(harness.status().ok()) << harness.status().message();
}

TEST_P(WindowProcessTest, WhenReducedThenTextOfRecordsIsKept) {
  HarnessSetup setup;
  setup.restore_after_every_call = GetParam();
  OperatorHarness<Event, Event> harness(
      MakerOf<Event>([](const Stream<Event>& stream) {
        stream.key_by([](const Event& event) { return event.value % 2; })
            .window("w", session(10ms))
            .reduce([](const Event& a, const Event& b) { return a.user < b.user ? b : a; });
      }),
      setup);
  const std::string most = "zzzzzzzzzzzzzzzzzzzzzzzzzzzz";
  harness.Process({Text("a record with a long text"), 1}, {0});
  harness.Process({Text(most), 3}, {20});
  harness.Process({Text("another record with a long text"), 5}, {10});
  harness.Watermark({29});
  ASSERT_EQ(harness.records().size(), 1U);
  EXPECT_EQ(harness.records()[0].record.user.view(), most);
  EXPECT_EQ(harness.records()[0].timestamp, Timestamp{29});
}

/// Fires and purges when the values of a window add up to ten.
struct SumTrigger {
  struct State {
    std::int64_t sum = 0;
  };
  using Context = TriggerContext<State>;
  TriggerResult on_element(const Event& event, Timestamp, Window, Context& context) {
    context.state().sum += event.value;
    if (context.state().sum < 10) return TriggerResult::kContinue;
    context.state().sum = 0;
    return TriggerResult::kFireAndPurge;
  }
  TriggerResult on_processing_time(Timestamp, Window, Context&) { return TriggerResult::kPurge; }
  void on_merge(Window, std::span<const State> merged, Context& context) {
    for (const State& state : merged) context.state().sum += state.sum;
  }
};

struct Sum {
  std::int64_t sum = 0;
  void add(const Event& event) { sum += event.value; }
  void merge(const Sum& other) { sum += other.sum; }
  std::int64_t result() const { return sum; }
};
struct SumLine : WindowProcess<Text, std::int64_t, Line> {
  void process(Context& context, const WindowElements<std::int64_t>& sums, Collector<Line>& out) {
    for (const std::int64_t sum : sums) {
      out.collect({std::to_string(context.window().end.millis) + "=" + std::to_string(sum)});
    }
  }
};

TEST_P(WindowProcessTest, WhenTriggerIsOnesOwnThenItDecides) {
  auto harness = Harness([](const Stream<Event>& stream) {
    stream.key_by(&Event::user)
        .window("w", session(10ms))
        .trigger(SumTrigger{})
        .aggregate(Sum{}, SumLine{});
  });
  harness.Process({Text("a"), 4}, {0});
  harness.Process({Text("a"), 5}, {30});
  harness.Process({Text("b"), 9}, {0});
  EXPECT_TRUE(harness.records().empty());
  harness.Process({Text("a"), 0}, {10});
  harness.Process({Text("a"), 2}, {20});  // joins both sessions
  harness.Process({Text("a"), 11}, {25});
  EXPECT_EQ(TextsOf(harness.values()), (std::vector<std::string>{"40=11", "40=11"}));
  harness.Watermark(Timestamp::Max());
  EXPECT_EQ(harness.records().size(), 2U);
  EXPECT_TRUE(harness.status().ok()) << harness.status().message();
}

TEST_P(WindowProcessTest, WhenTimestampsAreExtremeThenNothingOverflows) {
  const auto place = [](auto spec) {
    return [spec](const Stream<Event>& stream) {
      stream.key_by(&Event::user)
          .window("w", spec)
          .allowed_lateness(Millis(INT64_MAX))
          .aggregate(Sum{}, SumLine{});
    };
  };
  const auto count = [](auto harness) {
    for (const std::int64_t time :
         {INT64_MIN, INT64_MIN + 1, INT64_C(-1), INT64_C(0), INT64_MAX - 1, INT64_MAX}) {
      harness.Process({Text("a"), 1}, {time});
    }
    harness.Watermark(Timestamp::Max());
    std::int64_t sum = 0;
    for (const Line& line : harness.values()) {
      sum += std::stoll(line.text.substr(line.text.find('=') + 1));
    }
    return sum;
  };
  EXPECT_EQ(count(Harness(place(tumbling(1000ms, 300ms)))), 6);
  EXPECT_EQ(count(Harness(place(sliding(4000ms, 1000ms, 1ms)))), 24);
  EXPECT_EQ(count(Harness(place(session(1000ms)))), 6);
}

}  // namespace
}  // namespace penstock
