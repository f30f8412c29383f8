#include "api/interval_join.h"

#include <algorithm>
#include <random>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/operator_harness.h"

namespace penstock {
namespace {

using testing::CollectingOutput;
using testing::HarnessSetup;
using ::testing::IsEmpty;
using testing::OperatorHarness;

struct Item {
  std::int64_t key = 0;
  std::int64_t number = 0;
};
struct Pair {
  std::int64_t left = 0;
  std::int64_t right = 0;
  auto operator<=>(const Pair&) const = default;
};
Pair Join(const Item& left, const Item& right) { return {left.number, right.number}; }

const OutputTag<Item> kLateLeft{"late-left"};

using Bounds = internal::IntervalBounds<Item, Item>;
auto Joining() {
  return [](const Item& left, const Item& right, Collector<Pair>& out) {
    out.collect(Join(left, right));
  };
}
using Function =
    internal::IntervalJoinFunction<std::int64_t, Item, Item, Pair, decltype(Joining())>;
using Harness = OperatorHarness<Item, Pair>;

Harness::Make MakeJoin(Bounds bounds) {
  return [bounds] {
    using Key = std::int64_t Item::*;
    return std::make_unique<KeyedCoProcessOperator<Function, Key, Key>>(
        "join", &Item::key, &Item::key, Function(bounds, Joining()));
  };
}

struct Event {
  std::uint32_t side = 0;
  Item item;
  std::int64_t time = 0;
};

/// Every pair by its definition.
std::vector<Pair> Reference(const std::vector<Event>& events, const Bounds& bounds) {
  std::vector<Pair> pairs;
  for (const Event& left : events) {
    for (const Event& right : events) {
      if (left.side != 0 || right.side != 1 || left.item.key != right.item.key) continue;
      const std::int64_t distance = right.time - left.time;
      if (distance < bounds.lower.count() || distance > bounds.upper.count()) continue;
      pairs.push_back({left.item.number, right.item.number});
    }
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

TEST(IntervalJoinTest, WhenStreamsAreRandomThenThePairsAreThoseOfTheDefinition) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto upto = [&](int n) { return static_cast<std::int64_t>(random() % n); };
    Bounds bounds;
    bounds.lower = Millis(upto(20) - 10);
    bounds.upper = bounds.lower + Millis(upto(15));
    HarnessSetup setup;
    setup.restore_after_every_call = seed % 3 == 0;
    Harness harness(MakeJoin(bounds), setup);
    std::vector<Event> events;
    std::int64_t watermark = -1;
    for (std::int64_t i = 0; i < 40; ++i) {
      // As late as the watermark allows.
      Event event{static_cast<std::uint32_t>(upto(2)), {upto(3), i}, watermark + 1 + upto(12)};
      harness.ProcessInput(event.side, event.item, Timestamp{event.time});
      events.push_back(event);
      if (upto(4) == 0) harness.Watermark(Timestamp{watermark += upto(6) + 1});
    }
    harness.Watermark(Timestamp{watermark + 1000});
    std::vector<Pair> pairs = harness.values();
    std::sort(pairs.begin(), pairs.end());
    EXPECT_EQ(pairs, Reference(events, bounds));
    EXPECT_EQ(harness.counter("numLateRecordsDropped"), 0U);
    for (const testing::TierEntries& table : harness.Snapshot().tables) {
      EXPECT_THAT(table, IsEmpty()) << "state is left";
    }
    EXPECT_EQ(harness.status().message(), "");
  }
}

TEST(IntervalJoinTest, WhenARecordIsLateThenItGoesToItsOutputOrIsCounted) {
  Bounds bounds;
  bounds.left_late = kLateLeft;
  Harness harness(MakeJoin(bounds));
  CollectingOutput<Item> late;
  harness.Read(kLateLeft, late);
  harness.Watermark(Timestamp{10});
  harness.ProcessInput(0, Item{1, 1}, Timestamp{10});
  harness.ProcessInput(1, Item{1, 2}, Timestamp{10});
  EXPECT_EQ(late.records.size(), 1U);
  EXPECT_EQ(harness.counter("numLateRecordsDropped"), 1U);
}

TEST(IntervalJoinTest, WhenTimesAreExtremeThenNothingOverflows) {
  Bounds bounds;
  bounds.lower = Millis(-100);
  bounds.upper = Millis(100);
  Harness harness(MakeJoin(bounds));
  for (const Timestamp time : {Timestamp::Min(), Timestamp::Max()}) {
    harness.ProcessInput(0, Item{1, 1}, time);
    harness.ProcessInput(1, Item{1, 2}, time);
  }
  EXPECT_EQ(harness.values().size(), 2U);
}

}  // namespace
}  // namespace penstock
