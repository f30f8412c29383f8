#include "api/runtime/ordered_key.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/runtime/list_key.h"
#include "api/runtime/map_key.h"

namespace penstock {
namespace {

/// `values` ascend.
template <typename T>
void ExpectOrdered(const std::vector<T>& values) {
  EXPECT_TRUE(OrderedKey<T>::kOrdered);
  std::string last;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::string bytes;
    OrderedKey<T>::Append(values[i], bytes);
    T back{};
    ASSERT_TRUE(OrderedKey<T>::Read(bytes, back));
    EXPECT_EQ(back, values[i]);
    if (i > 0) {
      EXPECT_LT(last, bytes);
      EXPECT_TRUE(OrderedKey<T>::Less(values[i - 1], values[i]));
      EXPECT_FALSE(OrderedKey<T>::Less(values[i], values[i - 1]));
    }
    last = bytes;
  }
}

template <typename T>
void ExpectOrderedInteger() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values{Limits::min(), static_cast<T>(Limits::min() + 1)};
  if (std::is_signed_v<T>) values.insert(values.end(), {static_cast<T>(-1), 0});
  values.insert(values.end(), {2, 100, static_cast<T>(Limits::max() - 1), Limits::max()});
  ExpectOrdered(values);
}

enum class Level : std::int16_t { kLow = -300, kMiddle = 0, kHigh = 7 };

TEST(OrderedKeyTest, WhenKeysHaveAnOrderThenTheirBytesHaveIt) {
  ExpectOrderedInteger<std::int8_t>();
  ExpectOrderedInteger<std::uint8_t>();
  ExpectOrderedInteger<std::int16_t>();
  ExpectOrderedInteger<std::uint32_t>();
  ExpectOrderedInteger<std::int64_t>();
  ExpectOrderedInteger<std::uint64_t>();
  ExpectOrdered<bool>({false, true});
  ExpectOrdered<Level>({Level::kLow, Level::kMiddle, Level::kHigh});
  ExpectOrdered<Timestamp>({Timestamp::Min(), {-1}, {0}, {1}, Timestamp::Max()});
  ExpectOrdered<std::chrono::seconds>(
      {std::chrono::seconds(-5), std::chrono::seconds(0), std::chrono::seconds(5)});
  ExpectOrdered<std::string>({"", std::string(1, '\0'), "a", "aa", "b", "\xff"});
}

TEST(OrderedKeyTest, WhenBytesAreOfAWrongLengthThenTheyAreNotRead) {
  std::int32_t number = 0;
  EXPECT_FALSE(OrderedKey<std::int32_t>::Read("abc", number));
  EXPECT_FALSE(OrderedKey<std::int32_t>::Read("abcde", number));
  MapKey<std::string, std::int32_t> key;
  EXPECT_FALSE((EntryKeyCodec<MapKey<std::string, std::int32_t>>::Read("ab", key)));
}

template <typename Key>
void ExpectEntryKey(const Key& key, std::uint64_t stream_hash) {
  std::string bytes;
  EXPECT_EQ(EntryKeyCodec<Key>::Append(key, bytes), stream_hash);
  Key back;
  ASSERT_TRUE(EntryKeyCodec<Key>::Read(bytes, back));
  EXPECT_EQ(back, key);
  KeyHasher<Key> hasher;
  EXPECT_EQ(hasher(key) >> 32, stream_hash >> 32);
}

TEST(OrderedKeyTest, WhenKeysAreComposedThenTheyBelongToTheGroupOfTheStreamsKey) {
  KeyHasher<std::string> hasher;
  for (const std::string key : {"", "a", "a longer key than fits"}) {
    for (std::uint32_t i = 0; i < 100; ++i) {
      ExpectEntryKey(ListKey<std::string>{key, i}, hasher(key));
      ExpectEntryKey(MapKey<std::string, std::uint32_t>{key, i}, hasher(key));
      ExpectEntryKey(MapKey<std::string, std::string>{key, std::to_string(i)}, hasher(key));
    }
  }
}

}  // namespace
}  // namespace penstock
