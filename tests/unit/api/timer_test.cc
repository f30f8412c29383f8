#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/runtime/timer_table.h"
#include "tests/unit/api/keyed_driver.h"

namespace penstock {
namespace {

using testing::MapTier;
using Key = std::string;
using Fired = std::vector<std::pair<Key, std::int64_t>>;

class TimerTest : public ::testing::Test {
 protected:
  using Table = TimerTable<Key>;

  static Table NewTable() {
    return Table(Table::Descriptor("uid"), {0, kDefaultMaxParallelism}, kDefaultMaxParallelism);
  }
  void Set(const Key& key, std::int64_t time) { timers_.Set(key, hasher_(key), {time}); }
  void Erase(const Key& key, std::int64_t time) { timers_.Erase(key, hasher_(key), {time}); }
  Fired Fire(std::int64_t watermark) {
    Fired fired;
    timers_.FireDue({watermark},
                    [&](const Key& key, Timestamp time) { fired.emplace_back(key, time.millis); });
    return fired;
  }

  Table timers_ = NewTable();
  KeyHasher<Key> hasher_;
};

TEST_F(TimerTest, WhenWatermarkPassesThenTimersFireByTimeThenByOrderOfSetting) {
  Set("b", 20);
  Set("c", 10);
  Set("a", 20);
  Set("a", 30);
  EXPECT_EQ(Fire(9), Fired{});
  EXPECT_EQ(Fire(20), (Fired{{"c", 10}, {"b", 20}, {"a", 20}}));
  EXPECT_EQ(Fire(20), Fired{});
  EXPECT_EQ(Fire(INT64_MAX), (Fired{{"a", 30}}));
  EXPECT_EQ(timers_.size(), 0U);
}

TEST_F(TimerTest, WhenSetTwiceThenTimerFiresOnce) {
  Set("a", 10);
  Set("a", 10);
  EXPECT_EQ(timers_.size(), 1U);
  EXPECT_EQ(Fire(10), (Fired{{"a", 10}}));
}

TEST_F(TimerTest, WhenErasedThenTimerDoesNotFire) {
  Set("a", 10);
  Set("a", 11);
  Set("b", 10);
  Erase("a", 10);
  Erase("a", 12);
  Erase("never", 10);
  EXPECT_EQ(Fire(20), (Fired{{"b", 10}, {"a", 11}}));
}

TEST_F(TimerTest, WhenTimersChangeThenTheNextOneIsTheEarliestThatIsSet) {
  EXPECT_EQ(timers_.Next(), std::nullopt);
  Set("a", 20);
  Set("b", 10);
  EXPECT_EQ(timers_.Next(), Timestamp{10});
  Erase("b", 10);
  EXPECT_EQ(timers_.Next(), Timestamp{20});
  Fire(20);
  EXPECT_EQ(timers_.Next(), std::nullopt);
}

TEST_F(TimerTest, WhenErasedAndSetAgainThenTimerFiresOnce) {
  Set("a", 10);
  Erase("a", 10);
  Set("b", 10);
  Set("a", 10);
  EXPECT_EQ(Fire(20), (Fired{{"b", 10}, {"a", 10}}));
}

TEST_F(TimerTest, WhenSetWhileFiringThenDueOnesFireInTheSameRound) {
  Set("a", 10);
  Fired fired;
  timers_.FireDue({12}, [&](const Key& key, Timestamp time) {
    fired.emplace_back(key, time.millis);
    Set("a", time.millis + 1);
    if (fired.size() == 1) Set("b", 5);
  });
  EXPECT_EQ(fired, (Fired{{"a", 10},
                          {"b", 5},
                          {"a", 6},
                          {"a", 7},
                          {"a", 8},
                          {"a", 9},
                          {"a", 10},
                          {"a", 11},
                          {"a", 12}}));
  EXPECT_EQ(timers_.size(), 1U);
}

TEST_F(TimerTest, WhenErasedWhileFiringThenItDoesNotFireAndKeyStaysValid) {
  Set("a long key that does not fit inside a string", 10);
  Set("a long key that does not fit inside a string", 11);
  Set("b", 11);
  Fired fired;
  timers_.FireDue({20}, [&](const Key& key, Timestamp time) {
    Erase(key, 11);
    fired.emplace_back(key.substr(0, 6), time.millis);
  });
  EXPECT_EQ(fired, (Fired{{"a long", 10}, {"b", 11}}));
}

TEST_F(TimerTest, WhenTimesAreExtremeThenTheyFireInOrder) {
  Set("a", INT64_MAX);
  Set("a", INT64_MIN);
  Set("a", -1);
  EXPECT_EQ(Fire(INT64_MIN), (Fired{{"a", INT64_MIN}}));
  EXPECT_EQ(Fire(INT64_MAX), (Fired{{"a", -1}, {"a", INT64_MAX}}));
}

TEST_F(TimerTest, WhenLoadedThenTheSameTimersFire) {
  MapTier tier;
  timers_.table().Attach(tier, /*empty=*/true);
  for (int i = 0; i < 300; ++i) Set("key" + std::to_string(i % 50), i);
  ASSERT_TRUE(testing::SnapshotInto(timers_.table(), tier.entries).ok());
  MapTier copy(tier.entries);
  const Fired expected = Fire(1000);

  Table restored = NewTable();
  restored.table().Attach(copy, /*empty=*/false);
  Fired fired;
  restored.FireDue({1000},
                   [&](const Key& key, Timestamp time) { fired.emplace_back(key, time.millis); });
  EXPECT_EQ(fired, expected);
}

TEST_F(TimerTest, WhenManyTimersHaveOneTimeInOneGroupThenAllAreLoaded) {
  const std::uint32_t group = KeyGroupOf(hasher_("k"), kDefaultMaxParallelism);
  MapTier tier;
  for (int i = 0; i < 100; ++i) {
    std::string key;
    AppendEntryHeader(key, group, StateIdOf("uid", "timers"));
    AppendOrdered64(key, i < 90 ? 7 : i);
    tier.entries[key + EncodeToString(Key("k"))] = "";
  }
  timers_.table().Attach(tier, /*empty=*/false);
  EXPECT_EQ(Fire(7).size(), 1U);
  EXPECT_EQ(Fire(1000).size(), 10U);
}

TEST_F(TimerTest, WhenTimesAreExtremeThenTimersFireInOrder) {
  const std::vector<std::int64_t> times{INT64_MIN, INT64_MIN + 1, -1,       0,
                                        1,         INT64_MAX - 1, INT64_MAX};
  MapTier tier;
  timers_.table().Attach(tier, /*empty=*/true);
  for (const std::int64_t time : times) Set("a", time);
  ASSERT_TRUE(testing::SnapshotInto(timers_.table(), tier.entries).ok());
  timers_.table().Evict(1);
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_EQ(timers_.Next(), Timestamp{times[i]});
    if (times[i] > INT64_MIN) EXPECT_EQ(Fire(times[i] - 1), Fired{});
    EXPECT_EQ(Fire(times[i]), (Fired{{"a", times[i]}}));
  }
  EXPECT_EQ(timers_.Next(), std::nullopt);
}

TEST_F(TimerTest, WhenRandomOperationsSnapshotsAndEvictionsRunThenTimersEqualASet) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::set<std::pair<std::int64_t, Key>> reference;
    std::int64_t watermark = 0;
    MapTier tier;
    Table timers(Table::Descriptor("uid"), {0, kDefaultMaxParallelism}, kDefaultMaxParallelism);
    timers.table().Attach(tier, /*empty=*/true);
    for (int i = 0; i < 20'000; ++i) {
      const Key key = std::to_string(random() % 40);
      const std::int64_t time = watermark + 1 + static_cast<std::int64_t>(random() % 50);
      const auto choice = random() % 100;
      if (choice < 50) {
        timers.Set(key, hasher_(key), {time});
        reference.insert({time, key});
      } else if (choice < 97) {
        timers.Erase(key, hasher_(key), {time});
        reference.erase({time, key});
      } else if (choice < 98) {
        switch (random() % 3) {
          case 0: ASSERT_TRUE(testing::SnapshotInto(timers.table(), tier.entries).ok()); break;
          case 1: timers.table().Evict(0.5); break;
          default: timers.table().Fill(1 + random() % 100);
        }
      } else {
        watermark += static_cast<std::int64_t>(random() % 30);
        Fired fired;
        timers.FireDue({watermark}, [&](const Key& fired_key, Timestamp at) {
          fired.emplace_back(fired_key, at.millis);
        });
        std::set<std::pair<std::int64_t, Key>> sorted;
        std::int64_t last = INT64_MIN;
        for (const auto& [fired_key, fired_time] : fired) {
          EXPECT_LE(last, fired_time);
          last = fired_time;
          EXPECT_TRUE(sorted.insert({fired_time, fired_key}).second);
        }
        const auto due = reference.upper_bound({watermark, Key(1, '\x7f')});
        EXPECT_EQ(sorted, decltype(sorted)(reference.begin(), due));
        reference.erase(reference.begin(), due);
      }
      if (!reference.empty()) {
        ASSERT_LE(timers.Next()->millis, reference.begin()->first);
      }
    }
  }
}

}  // namespace
}  // namespace penstock
