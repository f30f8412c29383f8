// Joins, co-groups and windows without keys.

#include "api/window_join.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/api/window_random.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;
using testing::Emitted;
using testing::HarnessSetup;
using testing::MakerOf;
using testing::OperatorHarness;

struct Side {
  Text key;
  std::int64_t value = 0;
};
struct Pair {
  std::int64_t end = 0;
  std::int64_t first = 0;
  std::int64_t second = 0;
  auto operator<=>(const Pair&) const = default;
};
using Both = OneOf<Side, Side>;

template <typename Out>
std::vector<Out> Sorted(std::vector<Out> values) {
  std::sort(values.begin(), values.end());
  return values;
}

/// A random stream of both sides into `harness`, state being evicted or restored now and then;
/// returns the values by (key, end of the window of 10 ms) and side.
using Groups = std::map<std::pair<std::string, std::int64_t>,
                        std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>>>;
template <typename Out>
Groups RunRandomly(OperatorHarness<Both, Out>& harness, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Groups groups;
  for (int i = 0; i < 200; ++i) {
    const std::string key = "a key that takes some memory " + std::to_string(random() % 3);
    const auto time = static_cast<std::int64_t>(i + random() % 20);
    const Side side{Text(key), i};
    auto& [firsts, seconds] = groups[{key, time / 10 * 10 + 10}];
    if (random() % 2 == 0) {
      firsts.push_back(i);
      harness.Process({side, std::nullopt}, {time});
    } else {
      seconds.push_back(i);
      harness.Process({std::nullopt, side}, {time});
    }
    if (i % 20 == 19) harness.Watermark({i - 1});
    if (random() % 10 == 0) harness.SnapshotAndRestore();
    if (random() % 10 == 0) {
      for (KeyedTable* table : harness.tables()) table->Evict(1);
    }
  }
  harness.Watermark(Timestamp::Max());
  EXPECT_TRUE(harness.status().ok()) << harness.status().message();
  return groups;
}

constexpr std::uint32_t kBehindMaps = 3;

TEST(WindowJoinTest, WhenJoinedThenEveryPairOfAWindowIsEmitted) {
  for (std::uint64_t seed = 1; seed <= testing::Seeds(20); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    OperatorHarness<Both, Pair> harness(MakerOf<Side>(
        [](const Stream<Side>& stream) {
          stream.join(stream)
              .where(&Side::key)
              .equal_to(&Side::key)
              .window(tumbling(10ms))
              .apply("j", [](const Side& a, const Side& b) {
                return Pair{0, a.value, b.value};
              });
        },
        kBehindMaps));
    std::vector<Pair> expected;
    for (const auto& [id, sides] : RunRandomly(harness, seed)) {
      for (const std::int64_t first : sides.first) {
        for (const std::int64_t second : sides.second) {
          expected.push_back({id.second, first, second});
        }
      }
    }
    std::vector<Pair> pairs;
    for (auto [pair, timestamp] : harness.records()) {
      pair.end = timestamp.millis + 1;
      pairs.push_back(pair);
    }
    EXPECT_GT(pairs.size(), 0U);
    EXPECT_EQ(Sorted(pairs), Sorted(expected));
  }
}

TEST(WindowJoinTest, WhenCoGroupedThenSidesWithoutRecordsAreSeen) {
  for (std::uint64_t seed = 1; seed <= testing::Seeds(20); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    OperatorHarness<Both, Pair> harness(MakerOf<Side>(
        [](const Stream<Side>& stream) {
          stream.co_group(stream)
              .where(&Side::key)
              .equal_to(&Side::key)
              .window(tumbling(10ms))
              .allowed_lateness(1ms)
              .apply("g", [](const WindowElements<Side>& first, const WindowElements<Side>& second,
                             Collector<Pair>& out) {
                Pair sums;
                for (const Side& side : first) sums.first += side.value;
                for (const Side& side : second) sums.second += side.value;
                out.collect(sums);
              });
        },
        kBehindMaps));
    std::vector<Pair> expected;
    for (const auto& [id, sides] : RunRandomly(harness, seed)) {
      Pair& sums = expected.emplace_back();
      for (const std::int64_t value : sides.first) sums.first += value;
      for (const std::int64_t value : sides.second) sums.second += value;
    }
    EXPECT_EQ(Sorted(harness.values()), Sorted(expected));
  }
}

TEST(WindowJoinTest, WhenTriggerIsGivenThenJoinFiresByIt) {
  OperatorHarness<Both, Pair> harness(MakerOf<Side>(
      [](const Stream<Side>& stream) {
        stream.join(stream)
            .where(&Side::key)
            .equal_to([](const Side& side) { return side.key; })
            .window(global_windows())
            .trigger(purging_trigger(count_trigger(3)))
            .apply("j", [](const Side& a, const Side& b, Collector<Pair>& out) {
              if (a.value != b.value) out.collect({0, a.value, b.value});
            });
      },
      kBehindMaps));
  harness.Process({Side{Text("k"), 1}, std::nullopt}, {0});
  harness.Process({std::nullopt, Side{Text("k"), 2}}, {0});
  harness.Process({std::nullopt, Side{Text("k"), 1}}, {0});
  harness.Process({std::nullopt, Side{Text("k"), 3}}, {0});
  EXPECT_EQ(harness.values(), (std::vector<Pair>{{0, 1, 2}}));
}

struct Total {
  std::int64_t sum = 0;
  void add(const Side& side) { sum += side.value; }
};

TEST(WindowJoinTest, WhenStreamHasNoKeysThenAllItsRecordsShareWindows) {
  HarnessSetup setup;
  setup.restore_after_every_call = true;
  OperatorHarness<Side, std::int64_t> harness(
      MakerOf<Side>([](const Stream<Side>& stream) {
        stream.window_all("w", tumbling(10ms)).aggregate(Total{}, [](Window, const Total& total) {
          return total.sum;
        });
      }),
      setup);
  harness.Process({Text("a"), 1}, {0});
  harness.Process({Text("b"), 2}, {9});
  harness.Process({Text("a"), 4}, {10});
  harness.Watermark({9});
  EXPECT_EQ(harness.records(), (std::vector<Emitted<std::int64_t>>{{3, {9}}}));
}

}  // namespace
}  // namespace penstock
