#include "api/map_state.h"

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/api/state_bench.h"

namespace penstock {
namespace {

using testing::RandomText;
using testing::StateBench;

template <typename UK>
struct Maps : internal::KeyedStateOwner<std::string> {
  MapState<UK, std::string> map{this, "map"};
};
struct BigMap : internal::KeyedStateOwner<std::uint64_t> {
  MapState<std::int64_t, std::int64_t> map{this, "map"};
};

template <typename UK>
UK RandomElement(std::mt19937_64& random);
template <>
std::int32_t RandomElement(std::mt19937_64& random) {
  return static_cast<std::int32_t>(random() % 400) - 200;
}
template <>
std::string RandomElement(std::mt19937_64& random) {
  std::string text(random() % 3, static_cast<char>(random()));
  text.append(random() % 2, '\0');
  return text + std::to_string(random() % 50);
}

template <typename UK>
std::map<UK, std::string> Collect(MapRange<UK, std::string> range) {
  std::vector<std::pair<UK, std::string>> found;
  for (const auto& [key, value] : range) found.emplace_back(key, value);
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_LT(found[i - 1].first, found[i].first);
  return {found.begin(), found.end()};
}

template <typename UK>
using Reference = std::map<UK, std::string>;

/// Removes, changes and adds elements while it goes through them.
template <typename UK>
void ChangeMeanwhile(MapState<UK, std::string>& map, Reference<UK>& expected,
                     std::mt19937_64& random) {
  auto next = expected.begin();
  std::vector<UK> removed;
  for (const auto& [key, value] : map.all()) {
    ASSERT_NE(next, expected.end());
    ASSERT_EQ(key, next->first);
    ASSERT_EQ(value, next->second);
    ++next;
    switch (random() % 4) {
      case 0:
        removed.push_back(key);
        map.remove(removed.back());
        break;
      case 1: expected[key] = map.edit(key) += "+"; break;
      case 2: {
        const UK added = RandomElement<UK>(random);
        // An element that comes before the place is not visited, one behind it is.
        map.put(added, "new");
        expected[added] = "new";
        std::erase(removed, added);
        next = expected.upper_bound(key);
        break;
      }
      default: break;
    }
  }
  EXPECT_EQ(next, expected.end());
  for (const UK& each : removed) expected.erase(each);
}

template <typename UK>
void Operate(MapState<UK, std::string>& map, Reference<UK>& expected, std::mt19937_64& random) {
  const UK key = RandomElement<UK>(random);
  switch (random() % 16) {
    case 0: ASSERT_EQ(Collect(map.all()), expected); break;
    case 1: {
      const UK to = RandomElement<UK>(random);
      const auto from = expected.lower_bound(key);
      ASSERT_EQ(Collect(map.range(key, to)),
                key < to ? Reference<UK>(from, expected.lower_bound(to)) : Reference<UK>());
      ASSERT_EQ(Collect(map.range_from(key)), Reference<UK>(from, expected.end()));
      break;
    }
    case 2: ASSERT_EQ(map.empty(), expected.empty()); break;
    case 3:
      if (random() % 8 != 0) break;
      map.clear();
      expected.clear();
      break;
    case 4:
    case 5:
    case 6:
      map.remove(key);
      expected.erase(key);
      break;
    case 7:
    case 8: {
      const std::string* value = map.get(key);
      ASSERT_EQ(value != nullptr, expected.contains(key));
      if (value != nullptr) {
        ASSERT_EQ(*value, expected[key]);
      }
      break;
    }
    case 9:
      if (random() % 4 == 0) ChangeMeanwhile(map, expected, random);
      break;
    case 10: expected[key] = map.edit(key) += "x"; break;
    default: expected[key] = RandomText(random, 60); map.put(key, expected[key]);
  }
}

template <typename UK>
void RandomLife(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  StateBench<std::string, Maps<UK>> bench;
  std::map<std::string, Reference<UK>> reference;
  for (int step = 0; step < 3000; ++step) {
    const std::string key(random() % 5, 'k');
    auto& map = bench(key).map;
    for (auto left = random() % 8; left > 0; --left) Operate(map, reference[key], random);
    if (::testing::Test::HasFatalFailure()) return;
    if (random() % 3 == 0) bench.Disturb(random);
  }
  for (const auto& [key, expected] : reference) EXPECT_EQ(Collect(bench(key).map.all()), expected);
  for (const auto& [key, expected] : reference) bench(key).map.clear();
  if (bench.snapshot_runs()) bench.EndSnapshot(true);
  bench.SnapshotAndRestore();
  EXPECT_TRUE(bench.tier().entries.empty());
}

TEST(MapStateTest, WhenAnythingHappensInAnyOrderThenMapEqualsMap) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    RandomLife<std::int32_t>(seed);
    RandomLife<std::string>(seed);
  }
}

constexpr std::int64_t kMany = 1'000'000;

TEST(MapStateTest, WhenABigMapIsGoneThroughThenItIsNotTakenIntoMemory) {
  StateBench<std::uint64_t, BigMap> bench;
  for (std::int64_t i = 0; i < kMany; ++i) {
    const std::int64_t key = (i * 7919) % kMany - kMany / 2;
    bench(7).map.put(key, 2 * key);
  }
  bench.SnapshotAndRestore();
  ASSERT_EQ(bench.tier().entries.size(), static_cast<std::size_t>(kMany));
  bench(7).map.put(-kMany / 2, 1);
  bench(7).map.remove(kMany / 2 - 1);
  const std::size_t before = bench.table().MemoryBytes();
  std::int64_t next = -kMany / 2;
  for (const auto& [key, value] : bench(7).map.all()) {
    ASSERT_EQ(key, next);
    ASSERT_EQ(value, next == -kMany / 2 ? 1 : 2 * next);
    ++next;
  }
  EXPECT_EQ(next, kMany / 2 - 1);
  EXPECT_EQ(bench.tier().gets, 1);  // of the element that was put
  EXPECT_LT(bench.table().MemoryBytes(), before + 4096);

  bench(7).map.clear();
  EXPECT_EQ(bench.tier().gets, 1);
  EXPECT_TRUE(bench(7).map.empty());
  bench.SnapshotAndRestore();
  EXPECT_TRUE(bench.tier().entries.empty());
}

TEST(MapStateTest, WhenNobodyAsksForAllElementsThenNoIndexIsKept) {
  StateBench<std::uint64_t, BigMap> bench;
  for (std::int64_t i = 0; i < 10'000; ++i) bench(7).map.put(i, i);
  const std::size_t before = bench.table().MemoryBytes();
  EXPECT_FALSE(bench(7).map.empty());
  EXPECT_GT(bench.table().MemoryBytes(), before + 10'000 * 40);
}

enum class Color : std::uint8_t { kRed, kGreen, kBlue = 200 };
struct ByColor : internal::KeyedStateOwner<int> {
  MapState<Color, int> map{this, "map"};
  MapState<std::pair<int, std::string>, int> other{this, "other"};
};

TEST(MapStateTest, WhenKeysAreEnumsOrPairsThenAllAreFound) {
  StateBench<int, ByColor> bench;
  bench(1).map.put(Color::kBlue, 3);
  bench(1).map.put(Color::kRed, 1);
  bench(1).other.put({2, "b"}, 2);
  bench(1).other.put({1, "a"}, 1);
  bench(1).other.put({-1, "a"}, 5);
  bench.SnapshotAndRestore();
  bench(1).map.put(Color::kGreen, 2);
  bench(1).other.edit({1, "a"}) += 10;
  std::vector<int> values;
  bench(1).map.for_each([&](Color, int value) { values.push_back(value); });
  EXPECT_EQ(values, (std::vector<int>{1, 2, 3}));
  std::map<std::pair<int, std::string>, int> others;
  bench(1).other.for_each([&](const auto& key, int value) { others[key] += value; });
  EXPECT_EQ(others, (std::map<std::pair<int, std::string>, int>{
                        {{-1, "a"}, 5}, {{1, "a"}, 11}, {{2, "b"}, 2}}));
}

TEST(MapStateTest, WhenDescribedThenTheDescriptorSaysWhatIsStored) {
  const Maps<std::int32_t> states;
  const auto& declared = internal::KeyedStates::Of<std::string>(states).front();
  const StateDescriptor descriptor = declared.describe("uid", declared.name);
  EXPECT_EQ(descriptor.kind, "map");
  EXPECT_EQ(descriptor.key, FingerprintOf<std::string>());
  EXPECT_EQ(ToString(descriptor.space), "(value i32)");
  EXPECT_EQ(ToString(descriptor.value), "(value string)");
}

}  // namespace
}  // namespace penstock
