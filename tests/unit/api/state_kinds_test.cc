#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/process.h"
#include "api/runtime/process_operator.h"
#include "tests/support/operator_harness.h"
#include "tests/unit/api/state_bench.h"

namespace penstock {
namespace {

using testing::HarnessSetup;
using testing::OperatorHarness;
using testing::StateBench;

struct Visit {
  std::string user;
  std::string page;
  std::int64_t millis = 0;
};

/// Everything about a user, as text.
struct Summary {
  std::string user;
  std::string text;
  bool operator==(const Summary&) const = default;
};

struct Average {
  std::int64_t sum = 0;
  std::int64_t count = 0;

  void add(std::int64_t value) {
    sum += value;
    ++count;
  }
  double result() const { return static_cast<double>(sum) / static_cast<double>(count); }
};

/// Uses each kind of state, and reports and forgets a user at a timer.
struct Profile : KeyedProcess<std::string, Visit, Summary> {
  ListState<std::string> pages{this, "pages"};
  MapState<std::string, int> counts{this, "counts"};
  ReducingState<std::int64_t> longest{
      this, "longest", [](std::int64_t a, std::int64_t b) { return std::max(a, b); }};
  ReducingState<std::int64_t, std::plus<std::int64_t>> total{this, "total"};
  AggregatingState<std::int64_t, Average> average{this, "average"};

  void process(const Visit& visit, Context& context, Collector<Summary>&) {
    if (pages.empty()) context.timers().set(context.timestamp() + Millis(10));
    pages.add(visit.page);
    ++counts.edit(visit.page);
    longest.add(visit.millis);
    total.add(visit.millis);
    average.add(visit.millis);
  }
  void on_timer(Timestamp, Context& context, Collector<Summary>& out) {
    std::string text;
    for (const std::string& page : pages.get()) text += page + ",";
    for (const auto& [page, count] : counts.all()) text += page + "=" + std::to_string(count) + ",";
    text += std::to_string(*longest.get()) + "," + std::to_string(*total.get()) + "," +
            std::to_string(*average.get());
    out.collect({context.key(), text});
    pages.clear();
    counts.clear();
    longest.clear();
    total.clear();
    average.clear();
    EXPECT_TRUE(pages.empty() && counts.empty() && longest.empty() && average.empty());
    EXPECT_EQ(average.get(), std::nullopt);
  }
};

template <typename Fn>
auto Maker() {
  return [] { return MakeProcess<Visit>("uid", &Visit::user, Fn{}); };
}

std::vector<Summary> RunProfile(bool restore_after_every_call) {
  HarnessSetup setup;
  setup.restore_after_every_call = restore_after_every_call;
  OperatorHarness<Visit, Summary> harness(Maker<Profile>(), setup);
  std::mt19937_64 random(5);
  for (std::int64_t step = 0; step < 300; ++step) {
    harness.Process({"user " + std::to_string(random() % 4), "page " + std::to_string(random() % 7),
                     static_cast<std::int64_t>(random() % 100)},
                    {step});
    if (step % 3 == 0) harness.Watermark({step});
  }
  harness.Watermark(Timestamp::Max());
  EXPECT_TRUE(harness.status().ok()) << harness.status().message();
  for (const testing::TierEntries& table : harness.Snapshot().tables) EXPECT_TRUE(table.empty());
  return harness.values();
}

TEST(StateKindsTest, WhenAFunctionUsesEachKindThenTheySayTheSame) {
  OperatorHarness<Visit, Summary> harness(Maker<Profile>());
  harness.Process({"a", "x", 30}, {0});
  harness.Process({"a", "w", 10}, {1});
  harness.Process({"b", "x", 1}, {2});
  harness.Process({"a", "x", 20}, {3});
  harness.Watermark({10});
  EXPECT_EQ(harness.values(), (std::vector<Summary>{{"a", "x,w,x,w=1,x=2,30,60,20.000000"}}));
}

TEST(StateKindsTest, WhenRestoredAfterEveryCallThenOutputIsTheSame) {
  const std::vector<Summary> whole = RunProfile(false);
  EXPECT_GT(whole.size(), 50U);
  EXPECT_EQ(RunProfile(true), whole);
}

TEST(StateKindsTest, WhenDescribedThenAllKindsAreInThePlan) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const StateDescriptor& state : ProcessStates("uid", Profile{})) {
    names.emplace_back(state.name, state.kind);
  }
  EXPECT_EQ(names,
            (std::vector<std::pair<std::string, std::string>>{{"pages", "list"},
                                                              {"counts", "map"},
                                                              {"longest", "value"},
                                                              {"total", "value"},
                                                              {"average", "value"},
                                                              {"timers", "timers"},
                                                              {"processing-timers", "timers"}}));
  EXPECT_EQ(ProcessProblem("uid", Profile{}), "");
}

TEST(StateKindsTest, WhenStatesOfTwoKindsHaveOneNameThenThereIsAComplaint) {
  struct Twice : KeyedProcess<std::string, Visit, Summary> {
    ListState<int> a{this, "same"};
    MapState<int, int> b{this, "same"};
  };
  EXPECT_NE(ProcessProblem("uid", Twice{}).find("\"same\""), std::string::npos);
}

TEST(StateKindsTest, WhenATimeToLiveIsNotPositiveThenThereIsAComplaint) {
  struct Never : KeyedProcess<std::string, Visit, Summary> {
    ValueState<int> count{this, "count", ttl(Millis(0))};
  };
  EXPECT_NE(ProcessProblem("uid", Never{}).find("time to live of state \"count\""),
            std::string::npos);
}

/// Counts visits; a count lives for 100 ms.
template <bool kEventTime>
struct Recent : KeyedProcess<std::string, Visit, Summary> {
  static constexpr TimeToLive kTtl = kEventTime ? ttl(Millis(100)).event_time() : ttl(Millis(100));
  ReducingState<int, std::plus<int>> count{this, "count", {}, kTtl};
  AggregatingState<std::int64_t, Average> average{this, "average", kTtl};

  void process(const Visit& visit, Context& context, Collector<Summary>& out) {
    count.add(1);
    average.add(visit.millis);
    context.timers().set(context.timestamp() + Millis(50));
    Report(context, out);
  }
  void on_timer(Timestamp, Context& context, Collector<Summary>& out) { Report(context, out); }
  void Report(Context& context, Collector<Summary>& out) {
    const int* counted = count.get();
    out.collect({context.key(), counted == nullptr ? "none"
                                                   : std::to_string(*counted) + " of " +
                                                         std::to_string(*average.get())});
  }
};

template <typename Out>
std::vector<std::string> Texts(const OperatorHarness<Visit, Out>& harness) {
  std::vector<std::string> texts;
  for (const Summary& summary : harness.values()) texts.push_back(summary.text.substr(0, 4));
  return texts;
}

TEST(StateKindsTest, WhenTheWallClockPassesTheTimeToLiveThenTheStateIsGone) {
  for (const bool restores : {false, true}) {
    HarnessSetup setup;
    setup.restore_after_every_call = restores;
    OperatorHarness<Visit, Summary> harness(Maker<Recent<false>>(), setup);
    harness.Process({"a", "", 1});
    harness.PassTime(std::chrono::milliseconds(99));
    harness.Process({"a", "", 3});
    harness.PassTime(std::chrono::milliseconds(100));
    harness.Process({"a", "", 5});
    EXPECT_EQ(Texts(harness), (std::vector<std::string>{"1 of", "2 of", "1 of"}));
    EXPECT_TRUE(harness.status().ok());
  }
}

TEST(StateKindsTest, WhenTimersFireThenStateIsAsOldAsTheyAre) {
  for (const bool restores : {false, true}) {
    HarnessSetup setup;
    setup.restore_after_every_call = restores;
    OperatorHarness<Visit, Summary> harness(Maker<Recent<true>>(), setup);
    harness.Process({"a", "", 1}, {1000});
    harness.Process({"a", "", 1}, {1080});
    // Timers at 1050 and 1130; the count expires at 1180.
    harness.Watermark({1170});
    harness.Process({"a", "", 1}, {1090});  // a late one is as old as the watermark
    harness.Watermark({1269});              // its timer is overdue
    harness.Process({"b", "", 1}, {1000});
    harness.Process({"a", "", 1}, {1270});
    harness.Watermark(Timestamp::Max());  // the last timers, of a at 1320, and of b, overdue
    EXPECT_EQ(Texts(harness), (std::vector<std::string>{"1 of", "2 of", "2 of", "2 of", "3 of",
                                                        "3 of", "1 of", "4 of", "1 of", "4 of"}));
    EXPECT_EQ(harness.Snapshot().tables[0].size(), 2U);  // the end makes nothing old
    EXPECT_TRUE(harness.status().ok());
  }
}

TEST(StateKindsTest, WhenNobodyComesBackThenWatermarksFreeTheState) {
  OperatorHarness<Visit, Summary> harness(Maker<Recent<true>>());
  for (int i = 0; i < 1000; ++i) harness.Process({"user " + std::to_string(i), "", 1}, {1000});
  EXPECT_EQ(harness.Snapshot().tables[0].size(), 1000U);
  for (int i = 0; i < 100; ++i) harness.Watermark({2000 + i});
  EXPECT_EQ(harness.Snapshot().tables[0].size(), 0U);
  EXPECT_EQ(harness.Snapshot().tables[1].size(), 0U);
}

}  // namespace
}  // namespace penstock
