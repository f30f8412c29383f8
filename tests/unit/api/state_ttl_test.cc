#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/list_state.h"
#include "api/map_state.h"
#include "api/reducing_state.h"
#include "api/state.h"
#include "api/ttl.h"
#include "tests/unit/api/state_bench.h"

namespace penstock {
namespace {

using testing::RandomText;
using testing::StateBench;

constexpr std::int64_t kTtl = 100;
constexpr TimeToLive kPlain = ttl(Millis(kTtl));

/// All kinds of state with one time to live, which a type tells.
template <typename Option>
struct Kinds : internal::KeyedStateOwner<std::string> {
  ValueState<std::string> value{this, "value", Option::kTtl};
  ListState<std::string> list{this, "list", Option::kTtl};
  MapState<int, std::string> map{this, "map", Option::kTtl};
};
struct OnWrite {
  static constexpr TimeToLive kTtl = kPlain;
};
struct OnRead {
  static constexpr TimeToLive kTtl = kPlain.on_read_and_write();
};
struct OnWriteEventTime {
  static constexpr TimeToLive kTtl = kPlain.event_time();
};
struct Lenient {
  static constexpr TimeToLive kTtl = kPlain.return_expired_if_not_cleaned_up();
};

struct TimedText {
  std::int64_t last_use = 0;
  std::string text;
};

/// What one key should have; things stay here when they have expired.
struct Expected {
  std::optional<TimedText> value;
  std::vector<TimedText> list;
  std::map<int, TimedText> map;
};

/// Does the same to states and to what is expected of them.
template <typename Option>
class TtlLife {
 public:
  explicit TtlLife(std::uint64_t seed) : random_(seed) {}

  void Run() {
    for (int step = 0; step < 6000 && !::testing::Test::HasFailure(); ++step) {
      Advance(random_() % 8 == 0 ? random_() % 60 : random_() % 2);
      key_ = std::string(random_() % 4, 'k');
      Kinds<Option>& states = bench_(key_);
      Expected& expected = reference_[key_];
      for (auto left = random_() % 4; left > 0; --left) {
        OnValue(states.value, expected.value);
        OnList(states.list, expected.list);
        OnMap(states.map, expected.map);
      }
      if (random_() % 3 == 0) bench_.Disturb(random_);
    }
    ExpectAllSwept();
  }

 private:
  static constexpr bool kEventTime = Option::kTtl.is_event_time();
  static constexpr bool kOnRead = Option::kTtl.refreshes_on_read();

  void Advance(std::uint64_t by) {
    now_ += static_cast<std::int64_t>(by);
    internal::StateTime& time = bench_.time();
    (kEventTime ? time.event : time.processing) = {now_};
    // A record ahead of the watermark, or a late one.
    ahead_ = kEventTime ? static_cast<std::int64_t>(random_() % 40) - 20 : 0;
    if (kEventTime) time.record = {now_ + ahead_};
  }
  std::int64_t Use() const { return std::max(now_, now_ + ahead_); }
  bool Alive(const TimedText& text) const { return text.last_use + kTtl > now_; }
  void Read(TimedText& text) const {
    if (kOnRead) text.last_use = Use();
  }
  std::string Text() { return RandomText(random_, random_() % 40 == 0 ? 5000 : 300); }

  void OnValue(ValueState<std::string>& value, std::optional<TimedText>& expected) {
    if (expected && !Alive(*expected)) expected.reset();
    switch (random_() % 6) {
      case 0: {
        const std::string* found = value.get();
        ASSERT_EQ(found != nullptr, expected.has_value());
        if (found == nullptr) return;
        ASSERT_EQ(*found, expected->text);
        return Read(*expected);
      }
      case 1: value.clear(); return expected.reset();
      case 2:
        if (!expected) expected.emplace();
        expected->text += "x";
        expected->last_use = Use();
        value.edit() += "x";
        return;
      default: expected = {Use(), Text()}; value = expected->text;
    }
  }
  void OnList(ListState<std::string>& list, std::vector<TimedText>& expected) {
    std::erase_if(expected, [this](const TimedText& text) { return !Alive(text); });
    switch (random_() % 8) {
      case 0:
      case 1: {
        std::size_t i = 0;
        for (const std::string& text : list.get()) {
          ASSERT_LT(i, expected.size());
          ASSERT_EQ(text, expected[i].text);
          Read(expected[i++]);
        }
        ASSERT_EQ(i, expected.size());
        return;
      }
      case 2: ASSERT_EQ(list.empty(), expected.empty()); return;
      case 3:
        if (random_() % 8 != 0) return;
        list.clear();
        return expected.clear();
      default: expected.push_back({Use(), Text()}); list.add(expected.back().text);
    }
  }
  void OnMap(MapState<int, std::string>& map, std::map<int, TimedText>& expected) {
    std::erase_if(expected, [this](const auto& each) { return !Alive(each.second); });
    const int key = static_cast<int>(random_() % 60);
    switch (random_() % 9) {
      case 0: {
        auto next = expected.begin();
        for (const auto& [found, text] : map.all()) {
          ASSERT_NE(next, expected.end());
          ASSERT_EQ(found, next->first);
          ASSERT_EQ(text, next->second.text);
          Read(next->second);
          ++next;
        }
        ASSERT_EQ(next, expected.end());
        return;
      }
      case 1:
      case 2: {
        const std::string* found = map.get(key);
        const auto known = expected.find(key);
        ASSERT_EQ(found != nullptr, known != expected.end());
        if (found == nullptr) return;
        ASSERT_EQ(*found, known->second.text);
        return Read(known->second);
      }
      case 3:
        map.remove(key);
        expected.erase(key);
        return;
      case 4: ASSERT_EQ(map.empty(), expected.empty()); return;
      case 5:
        expected[key].text += "x";
        expected[key].last_use = Use();
        map.edit(key) += "x";
        return;
      case 6:
        if (random_() % 8 != 0) return;
        map.clear();
        return expected.clear();
      default: expected[key] = {Use(), Text()}; map.put(key, expected[key].text);
    }
  }

  void ExpectAllSwept() {
    if (bench_.snapshot_runs()) bench_.EndSnapshot(true);
    bench_.SnapshotAndRestore();
    while (!bench_.Fill(1000)) {
    }
    Advance(3 * kTtl);
    // Chunk 0 of a list goes with the round after the one that the others go with.
    for (int round = 0; round < 2; ++round) bench_.Sweep(100'000);
    bench_.SnapshotAndRestore();
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(bench_.tier(i).entries.size(), 0U) << i;
  }

  std::mt19937_64 random_;
  StateBench<std::string, Kinds<Option>> bench_;
  std::map<std::string, Expected> reference_;
  std::string key_;
  std::int64_t now_ = 1000;
  std::int64_t ahead_ = 0;
};

template <typename Option>
void RandomLives() {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TtlLife<Option>(seed).Run();
  }
}

TEST(StateTtlTest, WhenAnythingHappensThenWhatHasExpiredIsNotSeen) { RandomLives<OnWrite>(); }
TEST(StateTtlTest, WhenReadingCountsThenWhatIsReadLivesOn) { RandomLives<OnRead>(); }
TEST(StateTtlTest, WhenEventTimeCountsThenTheWatermarkDecides) { RandomLives<OnWriteEventTime>(); }

TEST(StateTtlTest, WhenExpiredThingsMayBeReturnedThenTheyAreUntilTheyAreSwept) {
  StateBench<std::string, Kinds<Lenient>> bench;
  bench.time().processing = {1000};
  bench("a").value = "value";
  bench("a").list.add("one");
  bench("a").map.put(1, "one");
  bench.time().processing = {1000 + kTtl};
  ASSERT_NE(bench("a").value.get(), nullptr);
  EXPECT_EQ(*bench("a").value.get(), "value");
  EXPECT_FALSE(bench("a").list.empty());
  EXPECT_TRUE(bench("a").map.contains(1));
  EXPECT_FALSE(bench("a").map.empty());
  bench.Sweep(100'000);
  EXPECT_EQ(bench("a").value.get(), nullptr);
  EXPECT_TRUE(bench("a").list.empty());
  EXPECT_FALSE(bench("a").map.contains(1));
  EXPECT_TRUE(bench("a").map.empty());
}

TEST(StateTtlTest, WhenTimeIsNotKnownThenTheTimeToLiveBeginsWhenItIs) {
  StateBench<std::string, Kinds<OnWriteEventTime>> bench;
  bench("a").value = "value";
  bench("a").list.add("one");
  bench("a").map.put(1, "one");
  bench.SnapshotAndRestore();
  bench.time().event = {5000};
  EXPECT_TRUE(bench("a").value.has_value());
  while (!bench.Fill(100)) {
  }
  bench.Sweep(100'000);
  bench.time().event = {5000 + kTtl - 1};
  EXPECT_TRUE(bench("a").value.has_value());
  EXPECT_FALSE(bench("a").list.empty());
  EXPECT_TRUE(bench("a").map.contains(1));
  bench.time().event = {5000 + kTtl};
  EXPECT_FALSE(bench("a").value.has_value());
  EXPECT_TRUE(bench("a").list.empty());
  EXPECT_FALSE(bench("a").map.contains(1));
}

TEST(StateTtlTest, WhenNobodyTouchesExpiredKeysThenSweepingFreesThemWithoutGrowth) {
  StateBench<std::string, Kinds<OnWrite>> bench;
  std::size_t most = 0;
  for (int i = 0; i < 200'000; ++i) {
    bench.time().processing = {i / 10};
    bench(std::to_string(i)).value = "value";
    if (i % 100 == 99) bench.Sweep(64 + 2 * 100);
    if (i % 10'000 == 0) {
      bench.BeginSnapshot();
      bench.EndSnapshot(/*stored=*/true);
    }
    if (i == 100'000) most = bench.table().MemoryBytes();
  }
  EXPECT_LT(bench.table().MemoryBytes(), most + most / 2);
}

TEST(StateTtlTest, WhenAListIsAWindowOfTimeThenItsOldChunksGo) {
  StateBench<std::string, Kinds<OnWrite>> bench;
  for (int i = 0; i < 20'000; ++i) {
    bench.time().processing = {i};
    bench("a").list.add(std::string(100, 'x'));
    if (i % 50 == 0) bench.Evict(1);  // nothing is swept
  }
  bench.SnapshotAndRestore();
  EXPECT_LT(bench.tier(1).entries.size(), 10U);
  std::size_t count = 0;
  for (const std::string& text : bench("a").list.get()) count += text.size() / 100;
  EXPECT_EQ(count, static_cast<std::size_t>(kTtl));
}

TEST(StateTtlTest, WhenAStateExpiresThenItsDescriptorSaysSo) {
  const Kinds<OnWrite> kinds;
  std::vector<std::string> layouts;
  for (const auto& state : internal::KeyedStates::Of<std::string>(kinds)) {
    layouts.push_back(ToString(state.describe("uid", state.name).value));
  }
  EXPECT_EQ(layouts, (std::vector<std::string>{
                         "((ttl) timestamp, value string)",
                         "((ttl) list, (ttl)[] timestamp, first u32, end u32, elements list, "
                         "elements[] string)",
                         "((ttl) timestamp, value string)"}));
}

/// What is documented for restores that add a time to live.
TEST(StateTtlTest, WhenStoredFormIsThatOfARestoreWithoutTimesThenItIsRead) {
  using Chunk = TimedListChunk<std::int32_t>;
  ListChunk<std::int32_t> plain;
  plain.elements = {1, 2, 3};
  std::string bytes(sizeof(std::uint32_t), '\0');
  ListChunkValue<ListChunk<std::int32_t>>::Encode(plain, bytes);
  Chunk chunk;
  ASSERT_TRUE(ListChunkValue<Chunk>::Decode(bytes, chunk));
  EXPECT_EQ(chunk.elements, plain.elements);
  EXPECT_EQ(chunk.times, std::vector<std::int64_t>(3, internal::kUnstamped));
}

}  // namespace
}  // namespace penstock
