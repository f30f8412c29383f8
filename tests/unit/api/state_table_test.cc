#include "api/runtime/state_table.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/text.h"
#include "tests/unit/api/keyed_driver.h"

namespace penstock {
namespace {

using testing::MapTier;
using testing::SnapshotInto;
using testing::TierEntries;
using testing::TierWriter;

constexpr KeyGroupRange kAllGroups{0, kDefaultMaxParallelism};
const StateDescriptor kDescriptor{"uid", "value", "value", {}, {}, {}};

template <typename K>
std::string EntryKey(const K& key, std::uint32_t max_parallelism = kDefaultMaxParallelism) {
  EntryForm<K, int, PlainValue<int>> form;
  form.state = StateIdOf("uid", "value");
  form.max_parallelism = max_parallelism;
  std::string bytes;
  form.EncodeKey(key, bytes);
  return bytes;
}

/// A table on a tier beside a std::map that gets the same operations.
template <typename K, typename V>
class CheckedTable {
 public:
  using Table = StateTable<K, V>;

  CheckedTable() { table->Attach(tier, /*empty=*/true); }
  /// Restored from what another one had in its tier.
  CheckedTable(TierEntries stored, std::map<K, V> expected)
      : tier(std::move(stored)), reference(std::move(expected)) {
    table->Attach(tier, /*empty=*/false);
  }

  void Set(const K& key, const V& value) {
    const auto [entry, created] = table->GetOrCreate(key, hasher_(key));
    EXPECT_EQ(created, !reference.contains(key));
    table->Mutable(*entry) = value;
    reference[key] = value;
  }
  void Erase(const K& key) {
    auto* entry = table->Find(key, hasher_(key));
    EXPECT_EQ(entry != nullptr, reference.contains(key));
    if (entry != nullptr) table->Erase(*entry, hasher_(key));
    reference.erase(key);
  }
  void Check(const K& key) {
    auto* entry = table->Find(key, hasher_(key));
    const auto expected = reference.find(key);
    ASSERT_EQ(entry != nullptr, expected != reference.end());
    if (entry == nullptr) return;
    EXPECT_EQ(entry->key(), key);
    EXPECT_EQ(entry->value(), expected->second);
  }
  void ExpectEqual() {
    for (const auto& [key, value] : reference) Check(key);
  }
  TierEntries ReferenceEntries() const {
    TierEntries entries;
    for (const auto& [key, value] : reference) entries[EntryKey(key)] = EncodeToString(value);
    return entries;
  }

  MapTier tier;
  std::unique_ptr<Table> table =
      std::make_unique<Table>(kDescriptor, kAllGroups, kDefaultMaxParallelism);
  std::map<K, V> reference;

 private:
  KeyHasher<K> hasher_;
};

template <typename K>
K RandomKey(std::mt19937_64& random);
template <>
std::uint64_t RandomKey(std::mt19937_64& random) {
  return random() % 3000;
}
template <>
std::string RandomKey(std::mt19937_64& random) {
  return std::string(random() % 30, 'x') + std::to_string(random() % 100);
}

template <typename V>
V RandomValue(std::mt19937_64& random);
template <>
std::uint32_t RandomValue(std::mt19937_64& random) {
  return static_cast<std::uint32_t>(random());
}
template <>
std::string RandomValue(std::mt19937_64& random) {
  return std::string(random() % 200, static_cast<char>('a' + random() % 26));
}

template <typename K, typename V>
void RandomOperations(CheckedTable<K, V>& checked, std::mt19937_64& random, int count) {
  for (int i = 0; i < count; ++i) {
    const K key = RandomKey<K>(random);
    if (random() % 3 == 0) {
      checked.Erase(key);
    } else {
      checked.Set(key, RandomValue<V>(random));
    }
  }
}

/// Each round: mutate, freeze, mutate on while a thread writes, compare the tier with the reference
/// at the freeze. Some snapshots are given up.
template <typename K, typename V>
void SnapshotsUnderMutation(std::uint64_t seed, int rounds, int operations) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  CheckedTable<K, V> checked;
  for (int round = 0; round < rounds; ++round) {
    RandomOperations(checked, random, static_cast<int>(random() % operations));
    const TierEntries expected = checked.ReferenceEntries();
    std::unique_ptr<TableSnapshot> snapshot = checked.table->Freeze();
    TierEntries written = checked.tier.entries;
    std::atomic<bool> done{false};
    std::thread thread([&] {
      TierWriter writer(written);
      EXPECT_TRUE(testing::WriteSnapshot(*snapshot, writer).ok());
      EXPECT_TRUE(writer.ordered);
      done.store(true);
    });
    int minimum = static_cast<int>(random() % operations);
    while (minimum-- > 0 || !done.load()) RandomOperations(checked, random, 1);
    thread.join();
    snapshot.reset();
    ASSERT_EQ(written, expected) << "round " << round;
    const bool stored = random() % 4 != 0;
    if (stored) checked.tier.entries = std::move(written);
    checked.table->Thaw(stored);
    checked.ExpectEqual();
    if (random() % 2 == 0) checked.table->Evict(static_cast<double>(random() % 100) / 100);
  }
}

TEST(StateTableTest, WhenMutatedDuringSnapshotThenWhatHadChangedIsWritten) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SnapshotsUnderMutation<std::uint64_t, std::uint32_t>(seed, 12, 4000);
    SnapshotsUnderMutation<std::string, std::string>(seed, 12, 1000);
  }
}

/// Everything that can happen to a table, in random order, against a std::map.
template <typename K, typename V>
void RandomLife(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  auto checked = std::make_unique<CheckedTable<K, V>>();
  for (int step = 0; step < 120; ++step) {
    RandomOperations(*checked, random, static_cast<int>(random() % 200));
    switch (random() % 6) {
      case 0: checked->table->Evict(static_cast<double>(random() % 101) / 100); break;
      case 1: checked->table->Fill(random() % 500); break;
      case 2:
        ASSERT_TRUE(SnapshotInto(*checked->table, checked->tier.entries).ok());
        ASSERT_EQ(checked->tier.entries, checked->ReferenceEntries());
        break;
      case 3:
        ASSERT_TRUE(SnapshotInto(*checked->table, checked->tier.entries).ok());
        checked = std::make_unique<CheckedTable<K, V>>(checked->tier.entries, checked->reference);
        break;
      case 4: {
        std::map<K, V> all;
        checked->table->ForEach(
            [&](auto& entry) { EXPECT_TRUE(all.emplace(entry.key(), entry.value()).second); });
        checked->table->ForEachBelow([&](const K& key, std::uint64_t, V& value) {
          EXPECT_TRUE(all.emplace(key, value).second);
          return CheckedTable<K, V>::Table::Below::kKeep;
        });
        EXPECT_EQ(all, checked->reference);
        break;
      }
      default: checked->Check(RandomKey<K>(random));
    }
  }
  checked->ExpectEqual();
  while (!checked->table->Fill(100)) {
  }
  EXPECT_TRUE(checked->table->complete());
  EXPECT_EQ(checked->table->size(), checked->reference.size());
}

TEST(StateTableTest, WhenAnythingHappensInAnyOrderThenTableEqualsMap) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    RandomLife<std::uint64_t, std::uint32_t>(seed);
    RandomLife<std::string, std::string>(seed);
  }
}

TEST(StateTableTest, WhenOnlySomeChangesThenOnlyThoseAreWritten) {
  CheckedTable<std::uint64_t, std::uint32_t> checked;
  for (std::uint64_t key = 0; key < 1000; ++key) checked.Set(key, 1);
  ASSERT_TRUE(SnapshotInto(*checked.table, checked.tier.entries).ok());
  checked.Set(5, 2);
  checked.Erase(6);
  checked.Set(2000, 3);
  checked.Set(2001, 3);
  checked.Erase(2001);
  TierWriter writer(checked.tier.entries);
  auto snapshot = checked.table->Freeze();
  ASSERT_TRUE(testing::WriteSnapshot(*snapshot, writer).ok());
  snapshot.reset();
  checked.table->Thaw(true);
  EXPECT_EQ(writer.written, 3U);
  EXPECT_EQ(checked.tier.entries, checked.ReferenceEntries());
}

TEST(StateTableTest, WhenTheShardIsCompleteThenAbsentKeysAreNotLookedUp) {
  CheckedTable<std::uint64_t, std::uint32_t> checked;
  checked.Set(1, 1);
  checked.Check(2);
  EXPECT_EQ(checked.tier.gets, 0);
  checked.table->Evict(1);
  checked.Check(1);
  EXPECT_EQ(checked.tier.gets, 1);
}

TEST(StateTableTest, WhenEntriesAreUsedThenOthersAreEvictedFirst) {
  CheckedTable<std::uint64_t, std::uint32_t> checked;
  for (std::uint64_t key = 0; key < 200'000; ++key) checked.Set(key, 1);
  const auto use = [&] {
    for (std::uint64_t key = 0; key < 20'000; ++key) checked.Check(key);
  };
  for (int i = 0; i < 8; ++i) {
    use();
    checked.table->Evict(0.1);
  }
  EXPECT_LT(checked.table->size(), 110'000U);
  EXPECT_GT(checked.table->size(), 60'000U);
  const int before = checked.tier.gets;
  use();
  EXPECT_EQ(checked.tier.gets, before) << "they are all in memory";
  checked.ExpectEqual();
}

TEST(StateTableTest, WhenWriterFailsThenItsErrorIsReturnedAndNothingIsLost) {
  class Full final : public EntryWriter {
    Status Put(std::string_view, std::string_view) override {
      return Status::External("disk full");
    }
    Status Erase(std::string_view) override { return Status::External("disk full"); }
  };
  CheckedTable<std::uint64_t, std::uint32_t> checked;
  for (std::uint64_t key = 0; key < 100; ++key) checked.Set(key, 1);
  Full full;
  auto snapshot = checked.table->Freeze();
  for (std::uint64_t key = 0; key < 50; ++key) checked.Erase(key);
  EXPECT_EQ(testing::WriteSnapshot(*snapshot, full).message(), "disk full");
  snapshot.reset();
  checked.table->Thaw(false);
  ASSERT_TRUE(SnapshotInto(*checked.table, checked.tier.entries).ok());
  EXPECT_EQ(checked.tier.entries, checked.ReferenceEntries());
}

TEST(StateTableTest, WhenAValueInTheTierIsDamagedThenTheAccessThrows) {
  CheckedTable<std::uint64_t, std::uint32_t> checked;
  checked.Set(1, 1);
  checked.table->Evict(1);
  checked.tier.entries.begin()->second = "x";
  KeyHasher<std::uint64_t> hasher;
  EXPECT_THROW(checked.table->Find(1, hasher(1)), StateError);
}

TEST(StateTableTest, WhenAKeyInTheTierIsOfAWrongGroupThenTheScanThrows) {
  CheckedTable<std::uint64_t, std::uint32_t> checked;
  checked.Set(1, 1);
  checked.table->Evict(1);
  auto entry = checked.tier.entries.extract(checked.tier.entries.begin());
  entry.key()[1] = static_cast<char>(entry.key()[1] ^ 1);
  checked.tier.entries.insert(std::move(entry));
  EXPECT_THROW(checked.table->Fill(10), StateError);
}

}  // namespace

/// A type whose codec throws when it is told to.
struct Moody {
  std::uint32_t value = 0;
  static inline bool throws = false;
};
template <>
struct Codec<Moody> : CustomCodec<Moody> {
  static constexpr const char* kTypeName = "moody";
  static void Encode(const Moody& moody, std::string& out) {
    if (Moody::throws) throw std::runtime_error("not now");
    Codec<std::uint32_t>::Encode(moody.value, out);
  }
  static bool Decode(ByteReader& in, Moody& moody) {
    return Codec<std::uint32_t>::Decode(in, moody.value);
  }
};

namespace {

TEST(StateTableTest,
     WhenTheCodecThrowsInTheBackgroundThenTheTaskGoesOnAndTheNextSnapshotIsComplete) {
  StateTable<std::uint64_t, Moody> table(kDescriptor, kAllGroups, kDefaultMaxParallelism);
  KeyHasher<std::uint64_t> hasher;
  auto& entry = *table.GetOrCreate(1, hasher(1)).first;
  auto snapshot = table.Freeze();
  TierEntries entries;
  TierWriter nothing(entries);
  Moody::throws = true;
  EXPECT_THROW(static_cast<void>(testing::WriteSnapshot(*snapshot, nothing)), std::runtime_error);
  Moody::throws = false;
  table.Mutable(entry).value = 2;  // would wait for ever for a writer that has gone
  snapshot.reset();
  table.Thaw(false);
  ASSERT_TRUE(SnapshotInto(table, entries).ok());
  EXPECT_EQ(entries.size(), 1U);
}

TEST(StateTableTest, WhenTheCodecThrowsInTheTaskThenTheSnapshotIsNotWrittenWithoutTheEntry) {
  StateTable<std::uint64_t, Moody> table(kDescriptor, kAllGroups, kDefaultMaxParallelism);
  KeyHasher<std::uint64_t> hasher;
  auto& entry = *table.GetOrCreate(1, hasher(1)).first;
  auto snapshot = table.Freeze();
  Moody::throws = true;
  EXPECT_THROW(table.Mutable(entry), std::runtime_error);
  Moody::throws = false;
  TierEntries entries;
  TierWriter writer(entries);
  EXPECT_FALSE(testing::WriteSnapshot(*snapshot, writer).ok());
}

TEST(StateTableTest, WhenKeyIsTextThenTableOwnsIt) {
  StateTable<std::pair<Text, int>, int> table({}, kAllGroups, kDefaultMaxParallelism);
  using K = std::pair<Text, int>;
  KeyHasher<K> hasher;
  std::string characters = "more than twelve characters";
  K key{Text(characters), 1};
  const std::uint64_t hash = hasher(key);
  table.Mutable(*table.GetOrCreate(key, hash).first) = 5;
  characters.assign(characters.size(), '-');
  const K again{Text("more than twelve characters"), 1};
  ASSERT_NE(table.Find(again, hash), nullptr);
  EXPECT_EQ(table.Find(again, hash)->key().first, "more than twelve characters");
  EXPECT_EQ(table.Find(again, hash)->value(), 5);
}

struct PlainKey {
  std::int32_t a;
  std::string b;
};

TEST(StateTableTest, WhenKeyIsPlainStructThenItIsFoundByItsFields) {
  StateTable<PlainKey, int> table({}, kAllGroups, kDefaultMaxParallelism);
  KeyHasher<PlainKey> hasher;
  const PlainKey one{1, "x"};
  const PlainKey two{1, "y"};
  table.GetOrCreate(one, hasher(one), 10);
  EXPECT_EQ(table.Find(two, hasher(two)), nullptr);
  EXPECT_EQ(table.Find(PlainKey{1, "x"}, hasher(one))->value(), 10);
}

TEST(StateTableTest, WhenValuesGrowThenMemoryIsAccounted) {
  CheckedTable<std::uint64_t, std::string> checked;
  const std::size_t empty = checked.table->MemoryBytes();
  for (std::uint64_t key = 0; key < 1000; ++key) checked.Set(key, std::string(1000, 'x'));
  const std::size_t full = checked.table->MemoryBytes();
  EXPECT_GT(full, empty + 1'000'000);
  EXPECT_LT(full, empty + 1'500'000);
  for (std::uint64_t key = 0; key < 1000; ++key) checked.Erase(key);
  for (int i = 0; i < 100; ++i) (void)checked.table->MemoryBytes();
  EXPECT_LT(checked.table->MemoryBytes(), empty + 200'000);
}

TEST(StateTableTest, WhenEntriesAreCopiedAsideThenMemoryIsAccountedUntilThaw) {
  CheckedTable<std::uint64_t, std::uint32_t> checked;
  for (std::uint64_t key = 0; key < 10'000; ++key) checked.Set(key, 1);
  auto snapshot = checked.table->Freeze();
  const std::size_t before = checked.table->MemoryBytes();
  for (std::uint64_t key = 0; key < 10'000; ++key) checked.Set(key, 2);
  EXPECT_GT(checked.table->MemoryBytes(), before + 10'000 * 12);
  snapshot.reset();
  checked.table->Thaw(false);
  EXPECT_LT(checked.table->MemoryBytes(), before + 10'000 * 12);
}

TEST(StateTableTest, WhenRangesDifferThenEveryGroupHasAShard) {
  for (std::uint32_t parallelism : {1U, 2U, 3U, 7U, 128U, 4096U}) {
    const KeyGroupRange range = KeyGroupRangeOf(parallelism - 1, 4096, parallelism);
    StateTable<std::uint64_t, std::uint64_t> table(kDescriptor, range, 4096);
    KeyHasher<std::uint64_t> hasher;
    std::uint64_t added = 0;
    for (std::uint64_t key = 0; key < 5000; ++key) {
      if (!range.Contains(KeyGroupOf(hasher(key), 4096))) continue;
      table.GetOrCreate(key, hasher(key), key);
      ++added;
    }
    EXPECT_EQ(table.size(), added);
    TierEntries entries;
    ASSERT_TRUE(SnapshotInto(table, entries).ok());
    EXPECT_EQ(entries.size(), added);
  }
}

TEST(OrderedNumberTest, WhenNumbersAreEncodedThenByteOrderIsNumericOrder) {
  const std::vector<std::int64_t> numbers{INT64_MIN, INT64_MIN + 1, -256, -1,       0,
                                          1,         255,           256,  INT64_MAX};
  std::string last;
  for (std::int64_t number : numbers) {
    std::string bytes;
    AppendOrdered64(bytes, number);
    EXPECT_LT(last, bytes);
    std::int64_t back = 0;
    EXPECT_TRUE(ReadOrdered64(bytes, back));
    EXPECT_EQ(back, number);
    last = bytes;
  }
}

}  // namespace
}  // namespace penstock
