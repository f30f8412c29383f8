#include "api/list_state.h"

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

struct Texts : internal::KeyedStateOwner<std::string> {
  ListState<std::string> list{this, "list"};
};
struct Numbers : internal::KeyedStateOwner<std::uint64_t> {
  ListState<std::int64_t> list{this, "list"};
};

template <typename T>
std::vector<T> All(const ListState<T>& list) {
  std::vector<T> all;
  for (const T& element : list.get()) all.push_back(element);
  return all;
}

/// One random operation on a list and on its reference.
void Operate(ListState<std::string>& list, std::vector<std::string>& expected,
             std::mt19937_64& random) {
  const auto element = [&] { return RandomText(random, random() % 50 == 0 ? 6000 : 200); };
  switch (random() % 12) {
    case 0: {
      std::vector<std::string> elements(random() % 40);
      for (std::string& each : elements) each = element();
      if (random() % 4 == 0) {
        list.update(elements);
        expected = elements;
      } else {
        list.add_all(elements);
        expected.insert(expected.end(), elements.begin(), elements.end());
      }
      break;
    }
    case 1:
      if (random() % 4 == 0) {
        list.clear();
        expected.clear();
      }
      break;
    case 2: ASSERT_EQ(All(list), expected); break;
    case 3: ASSERT_EQ(list.empty(), expected.empty()); break;
    default: expected.push_back(element()); list.add(expected.back());
  }
}

void RandomLife(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  StateBench<std::string, Texts> bench;
  std::map<std::string, std::vector<std::string>> reference;
  for (int step = 0; step < 4000; ++step) {
    const std::string key(random() % 6 * 5, 'k');
    ListState<std::string>& list = bench(key).list;
    for (auto left = random() % 5; left > 0; --left) Operate(list, reference[key], random);
    if (::testing::Test::HasFatalFailure()) return;
    if (random() % 4 == 0) bench.Disturb(random);
  }
  for (const auto& [key, expected] : reference) EXPECT_EQ(All(bench(key).list), expected);
  for (const auto& [key, expected] : reference) bench(key).list.clear();
  if (bench.snapshot_runs()) bench.EndSnapshot(true);
  bench.SnapshotAndRestore();
  EXPECT_TRUE(bench.tier().entries.empty());
}

TEST(ListStateTest, WhenAnythingHappensInAnyOrderThenListEqualsVector) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) RandomLife(seed);
}

constexpr std::int64_t kMany = 1'000'000;

void AddMany(StateBench<std::uint64_t, Numbers>& bench) {
  ListState<std::int64_t>& list = bench(7).list;
  for (std::int64_t i = 0; i < kMany; ++i) list.add(i);
}

TEST(ListStateTest, WhenALongListIsReadThenItIsNotTakenIntoMemory) {
  StateBench<std::uint64_t, Numbers> bench;
  AddMany(bench);
  bench.SnapshotAndRestore();
  const std::size_t chunks = bench.tier().entries.size();
  EXPECT_LT(chunks, kMany * sizeof(std::int64_t) / 4000);
  for (const auto& [key, value] : bench.tier().entries) ASSERT_LE(value.size(), 4096U + 16);
  const std::size_t before = bench.table().MemoryBytes();
  std::int64_t next = 0;
  for (const std::int64_t element : bench(7).list.get()) ASSERT_EQ(element, next++);
  EXPECT_EQ(next, kMany);
  EXPECT_LE(static_cast<std::size_t>(bench.tier().gets), chunks);
  EXPECT_LT(bench.table().MemoryBytes(), before + 32 * 1024);
}

TEST(ListStateTest, WhenOneElementIsAddedToALongListThenOneOrTwoSmallEntriesChange) {
  StateBench<std::uint64_t, Numbers> bench;
  AddMany(bench);
  bench.SnapshotAndRestore();
  for (int i = 0; i < 1000; ++i) {
    bench.tier().gets = 0;
    bench(7).list.add(kMany + i);
    EXPECT_LE(bench.tier().gets, 2);
    bench.BeginSnapshot();
    const testing::TierEntries before =
        i % 100 == 0 ? bench.tier().entries : testing::TierEntries();
    bench.EndSnapshot(true);
    if (i % 100 != 0) continue;
    std::size_t changed = 0;
    for (const auto& [key, value] : bench.tier().entries) {
      const auto old = before.find(key);
      if (old == before.end() || old->second != value) ++changed;
    }
    EXPECT_LE(changed, 2U);
  }
}

TEST(ListStateTest, WhenALongListIsClearedThenNothingButItsHeadIsLoaded) {
  StateBench<std::uint64_t, Numbers> bench;
  AddMany(bench);
  bench.SnapshotAndRestore();
  bench(7).list.clear();
  EXPECT_EQ(bench.tier().gets, 1);
  EXPECT_TRUE(bench(7).list.empty());
  bench.SnapshotAndRestore();
  EXPECT_TRUE(bench.tier().entries.empty());
}

TEST(ListStateTest, WhenAChunkIsDamagedThenReadingThrows) {
  StateBench<std::uint64_t, Numbers> bench;
  AddMany(bench);
  bench.SnapshotAndRestore();
  std::prev(bench.tier().entries.end())->second.pop_back();
  EXPECT_THROW(All(bench(7).list), StateError);
}

TEST(ListStateTest, WhenDescribedThenTheDescriptorSaysWhatIsStored) {
  const Numbers plain;
  const auto& declared = internal::KeyedStates::Of<std::uint64_t>(plain).front();
  const StateDescriptor descriptor = declared.describe("uid", declared.name);
  EXPECT_EQ(descriptor.kind, "list");
  EXPECT_EQ(descriptor.name, "list");
  EXPECT_EQ(ToString(descriptor.space), "(value u32)");
  EXPECT_EQ(ToString(descriptor.value), "(first u32, end u32, elements list, elements[] i64)");
}

}  // namespace
}  // namespace penstock
