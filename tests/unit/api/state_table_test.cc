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

using testing::Entries;
using testing::EntryCollector;

constexpr KeyGroupRange kAllGroups{0, kDefaultMaxParallelism};

template <typename K>
std::string EntryKey(const K& key, std::uint32_t max_parallelism = kDefaultMaxParallelism) {
  const std::string encoded = EncodeToString(key);
  std::string bytes;
  AppendBigEndian16(bytes,
                    static_cast<std::uint16_t>(KeyGroupOf(HashKey(encoded), max_parallelism)));
  return bytes + encoded;
}

/// A table beside a std::map that gets the same operations.
template <typename K, typename V>
class CheckedTable {
 public:
  using Table = StateTable<K, V>;

  void Set(const K& key, const V& value) {
    table.Mutable(*table.GetOrCreate(key, hasher_(key)).first) = value;
    reference[key] = value;
  }
  void Erase(const K& key) {
    if (auto* entry = table.Find(key, hasher_(key))) table.Erase(*entry, hasher_(key));
    reference.erase(key);
  }
  void ExpectEqual() {
    EXPECT_EQ(table.size(), reference.size());
    for (const auto& [key, value] : reference) {
      auto* entry = table.Find(key, hasher_(key));
      ASSERT_NE(entry, nullptr);
      EXPECT_EQ(entry->key(), key);
      EXPECT_EQ(entry->value(), value);
    }
  }
  Entries ReferenceEntries() const {
    std::map<std::string, std::string> sorted;
    for (const auto& [key, value] : reference) sorted[EntryKey(key)] = EncodeToString(value);
    return {sorted.begin(), sorted.end()};
  }

  Table table{StateDescriptor{"uid", "value", "value", {}, {}, {}}, kAllGroups,
              kDefaultMaxParallelism};
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

/// Each round: mutate, freeze, mutate on while a thread writes, compare with the frozen reference.
template <typename K, typename V>
void SnapshotsUnderMutation(std::uint64_t seed, int rounds, int operations) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  CheckedTable<K, V> checked;
  for (int round = 0; round < rounds; ++round) {
    RandomOperations(checked, random, static_cast<int>(random() % operations));
    const Entries expected = checked.ReferenceEntries();
    std::unique_ptr<TableSnapshot> snapshot = checked.table.Freeze();
    EntryCollector collector;
    std::atomic<bool> done{false};
    std::thread writer([&] {
      EXPECT_TRUE(snapshot->Write(collector).ok());
      done.store(true);
    });
    int minimum = static_cast<int>(random() % operations);
    while (minimum-- > 0 || !done.load()) RandomOperations(checked, random, 1);
    writer.join();
    snapshot.reset();
    checked.table.Thaw();
    ASSERT_EQ(collector.entries, expected) << "round " << round;
    checked.ExpectEqual();
  }
}

TEST(StateTableTest, WhenRandomOperationsRunThenTableEqualsMap) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    CheckedTable<std::uint64_t, std::uint32_t> numbers;
    CheckedTable<std::string, std::string> strings;
    for (int i = 0; i < 10; ++i) {
      RandomOperations(numbers, random, 2000);
      numbers.ExpectEqual();
      RandomOperations(strings, random, 500);
      strings.ExpectEqual();
    }
  }
}

TEST(StateTableTest, WhenMutatedDuringSnapshotThenFrozenContentIsWritten) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SnapshotsUnderMutation<std::uint64_t, std::uint32_t>(seed, 10, 4000);
    SnapshotsUnderMutation<std::string, std::string>(seed, 10, 1000);
  }
}

TEST(StateTableTest, WhenEverythingChangesBeforeWriteThenFrozenContentIsWritten) {
  std::mt19937_64 random(7);
  CheckedTable<std::uint64_t, std::string> checked;
  for (std::uint64_t key = 0; key < 500; ++key) checked.Set(key, RandomValue<std::string>(random));
  const Entries expected = checked.ReferenceEntries();
  auto snapshot = checked.table.Freeze();
  for (std::uint64_t key = 0; key < 500; ++key) {
    checked.Erase(key);
    if (key % 2 == 0) checked.Set(key, "new");
    checked.Set(key + 1000, "added");
  }
  EntryCollector collector;
  ASSERT_TRUE(snapshot->Write(collector).ok());
  snapshot.reset();
  checked.table.Thaw();
  EXPECT_EQ(collector.entries, expected);
  checked.ExpectEqual();
}

TEST(StateTableTest, WhenSnapshotIsGivenUpThenNextOneIsComplete) {
  CheckedTable<std::uint64_t, std::uint32_t> checked;
  for (std::uint64_t key = 0; key < 100; ++key) checked.Set(key, 1);
  auto given_up = checked.table.Freeze();
  for (std::uint64_t key = 0; key < 50; ++key) checked.Set(key, 2);
  given_up.reset();
  checked.table.Thaw();
  auto snapshot = checked.table.Freeze();
  EntryCollector collector;
  ASSERT_TRUE(snapshot->Write(collector).ok());
  snapshot.reset();
  checked.table.Thaw();
  EXPECT_EQ(collector.entries, checked.ReferenceEntries());
}

TEST(StateTableTest, WhenWriterFailsThenWriteReturnsItsError) {
  class Full final : public EntryWriter {
    Status Put(std::string_view, std::string_view) override {
      return Status::External("disk full");
    }
  };
  CheckedTable<std::uint64_t, std::uint32_t> checked;
  checked.Set(1, 1);
  Full full;
  auto snapshot = checked.table.Freeze();
  EXPECT_EQ(snapshot->Write(full).message(), "disk full");
  snapshot.reset();
  checked.table.Thaw();
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
  StateTable<std::uint64_t, Moody> table({"uid", "value", "value", {}, {}, {}}, kAllGroups,
                                         kDefaultMaxParallelism);
  KeyHasher<std::uint64_t> hasher;
  auto& entry = *table.GetOrCreate(1, hasher(1)).first;
  auto snapshot = table.Freeze();
  EntryCollector nothing;
  Moody::throws = true;
  EXPECT_THROW(static_cast<void>(snapshot->Write(nothing)), std::runtime_error);
  Moody::throws = false;
  table.Mutable(entry).value = 2;  // would wait for ever for a writer that has gone
  snapshot.reset();
  table.Thaw();
  EntryCollector collector;
  ASSERT_TRUE(table.Freeze()->Write(collector).ok());
  EXPECT_EQ(collector.entries.size(), 1U);
}

TEST(StateTableTest, WhenTheCodecThrowsInTheTaskThenTheSnapshotIsNotWrittenWithoutTheEntry) {
  StateTable<std::uint64_t, Moody> table({"uid", "value", "value", {}, {}, {}}, kAllGroups,
                                         kDefaultMaxParallelism);
  KeyHasher<std::uint64_t> hasher;
  auto& entry = *table.GetOrCreate(1, hasher(1)).first;
  auto snapshot = table.Freeze();
  Moody::throws = true;
  EXPECT_THROW(table.Mutable(entry), std::runtime_error);
  Moody::throws = false;
  EntryCollector collector;
  EXPECT_FALSE(snapshot->Write(collector).ok());
}

TEST(StateTableTest, WhenLoadedFromSnapshotThenTablesAreEqual) {
  std::mt19937_64 random(11);
  CheckedTable<std::string, std::string> from;
  RandomOperations(from, random, 2000);
  CheckedTable<std::string, std::string> to;
  for (const auto& [key, value] : from.ReferenceEntries()) {
    ASSERT_TRUE(to.table.Load(key, value).ok());
  }
  to.reference = from.reference;
  to.ExpectEqual();
}

TEST(StateTableTest, WhenEntryIsDamagedThenLoadRefusesIt) {
  StateTable<std::uint64_t, std::uint32_t> table({}, kAllGroups, kDefaultMaxParallelism);
  const std::string key = EntryKey(std::uint64_t{5});
  const std::string value = EncodeToString(std::uint32_t{7});
  for (std::size_t size = 0; size < key.size(); ++size) {
    EXPECT_EQ(table.Load(key.substr(0, size), value).code(), ErrorCode::kCorruption) << size;
  }
  std::string wrong_group = key;
  wrong_group[1] = static_cast<char>(wrong_group[1] ^ 1);
  EXPECT_EQ(table.Load(wrong_group, value).code(), ErrorCode::kCorruption);
  EXPECT_EQ(table.Load(key + "n", value).code(), ErrorCode::kCorruption);
  EXPECT_EQ(table.Load(key, value.substr(1)).code(), ErrorCode::kCorruption);
  EXPECT_EQ(table.Load(key, value + "x").code(), ErrorCode::kCorruption);
}

TEST(StateTableTest, WhenEntryBelongsToOtherSubtaskThenLoadRefusesIt) {
  const std::uint32_t group = ReadBigEndian16(EntryKey(std::uint64_t{5}).data());
  StateTable<std::uint64_t, std::uint32_t> table({}, {group + 1, group + 100},
                                                 kDefaultMaxParallelism);
  EXPECT_EQ(table.Load(EntryKey(std::uint64_t{5}), EncodeToString(std::uint32_t{7})).code(),
            ErrorCode::kCorruption);
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
  const std::size_t empty = checked.table.MemoryBytes();
  for (std::uint64_t key = 0; key < 1000; ++key) checked.Set(key, std::string(1000, 'x'));
  const std::size_t full = checked.table.MemoryBytes();
  EXPECT_GT(full, empty + 1'000'000);
  EXPECT_LT(full, empty + 1'500'000);
  for (std::uint64_t key = 0; key < 1000; ++key) checked.Erase(key);
  (void)checked.table.MemoryBytes();
  EXPECT_LT(checked.table.MemoryBytes(), empty + 200'000);
}

TEST(StateTableTest, WhenEntriesAreCopiedAsideThenMemoryIsAccountedUntilThaw) {
  CheckedTable<std::uint64_t, std::uint32_t> checked;
  for (std::uint64_t key = 0; key < 10'000; ++key) checked.Set(key, 1);
  const std::size_t before = checked.table.MemoryBytes();
  auto snapshot = checked.table.Freeze();
  for (std::uint64_t key = 0; key < 10'000; ++key) checked.Set(key, 2);
  EXPECT_GT(checked.table.MemoryBytes(), before + 10'000 * 12);
  snapshot.reset();
  checked.table.Thaw();
  EXPECT_EQ(checked.table.MemoryBytes(), before);
}

TEST(StateTableTest, WhenRangesDifferThenEveryGroupHasAShard) {
  for (std::uint32_t parallelism : {1U, 2U, 3U, 7U, 128U, 4096U}) {
    const KeyGroupRange range = KeyGroupRangeOf(parallelism - 1, 4096, parallelism);
    StateTable<std::uint64_t, std::uint64_t> table({}, range, 4096);
    KeyHasher<std::uint64_t> hasher;
    std::uint64_t added = 0;
    for (std::uint64_t key = 0; key < 5000; ++key) {
      if (!range.Contains(KeyGroupOf(hasher(key), 4096))) continue;
      table.GetOrCreate(key, hasher(key), key);
      ++added;
    }
    EXPECT_EQ(table.size(), added);
    EntryCollector collector;
    ASSERT_TRUE(table.Freeze()->Write(collector).ok());
    table.Thaw();
    EXPECT_EQ(collector.entries.size(), added);
    EXPECT_TRUE(std::is_sorted(collector.entries.begin(), collector.entries.end()));
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
