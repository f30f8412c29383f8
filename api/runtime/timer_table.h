#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "api/runtime/state_table.h"
#include "api/runtime/timer_key.h"
#include "common/timestamp.h"

namespace penstock {

/// The value of a timer's entry: nothing. In memory the order of setting.
struct TimerSequence {
  std::uint64_t number = 0;
};
struct NoTimerValue {
  static constexpr bool kNoHeap = true;
  static void Encode(const TimerSequence&, std::string&) {}
  static bool Decode(std::string_view bytes, TimerSequence&) { return bytes.empty(); }
  static std::size_t HeapBytes(const TimerSequence&) { return 0; }
};

/// Timers of event time, or of the wall clock: at most one per key and time. One entry each, in
/// order of time; a heap orders those in memory. All that are due before the *horizon* are in
/// memory; later ones may be in the tier only, and are loaded when the horizon is reached. Task
/// thread only.
template <typename K>
class TimerTable final : public KeyedTable {
 public:
  TimerTable(StateDescriptor descriptor, KeyGroupRange groups, std::uint32_t max_parallelism)
      : table_(std::move(descriptor), groups, max_parallelism) {
    table_.OnLoaded([this](Entry& entry) {
      table_.Unstored(entry).number = ++sequence_;
      Push({entry.key().time, sequence_, &entry});
    });
    table_.OnEvicted([this] { Forget(); });
  }

  /// `name` is unique within the operator.
  static StateDescriptor Descriptor(const std::string& uid, const std::string& name = "timers") {
    return {uid, name, "timers", FingerprintOf<K>(), FingerprintOf<Timestamp>(), {}};
  }

  KeyedTable& table() { return *this; }

  /// `hash` here and below: of the stream's key. Setting a timer that is set already changes
  /// nothing.
  void Set(const K& key, std::uint64_t hash, Timestamp time) {
    const auto [entry, created] = table_.GetOrCreateHeld(
        TimerKey<K>{time.millis, key}, HashOf(hash, time), /*below=*/!IsHeld(time.millis));
    if (!created) return;
    table_.Unstored(*entry).number = ++sequence_;
    Push({time.millis, sequence_, entry});
  }
  /// Erasing a timer that isn't set changes nothing.
  void Erase(const K& key, std::uint64_t hash, Timestamp time) {
    const TimerKey<K> timer{time.millis, key};
    const std::uint64_t timer_hash = HashOf(hash, time);
    Entry* entry = table_.FindHeld(timer, timer_hash);
    if (entry == nullptr) {
      if (!IsHeld(time.millis)) table_.EraseUnheld(timer, timer_hash);
      return;
    }
    if (entry->live()) table_.Erase(*entry, timer_hash);
    if (heap_.size() > 2 * table_.size() + kTolerated) DropOutdated();
  }
  /// Calls fire(key, time) for every timer up to `watermark`, in order of time, then of setting; of
  /// those that were in the tier in any order among equal times. It may set and erase timers; those
  /// that are due fire in the same round. The key is valid during the call.
  template <typename Fire>
  void FireDue(Timestamp watermark, Fire&& fire) {
    for (;;) {
      while (!heap_.empty() && heap_.front().time <= watermark.millis &&
             IsHeld(heap_.front().time)) {
        FireFirst(fire);
      }
      if (IsHeld(watermark.millis)) return;
      LoadNext(kLoadedAtOnce);
    }
  }
  /// When FireDue has something to do; maybe nothing yet.
  std::optional<Timestamp> Next() {
    while (!heap_.empty() && !UpToDate(heap_.front())) PopHeap();
    if (!heap_.empty() && IsHeld(heap_.front().time)) return Timestamp{heap_.front().time};
    if (!horizon_) return std::nullopt;
    return Timestamp{*horizon_};
  }
  /// Timers in memory that are set.
  std::size_t size() const { return table_.size(); }

  // ---- KeyedTable ----

  const StateDescriptor& descriptor() const override { return table_.descriptor(); }
  void Attach(StateTier& tier, bool empty) override {
    table_.Attach(tier, empty);
    if (!empty) horizon_ = INT64_MIN;
  }
  std::unique_ptr<TableSnapshot> Freeze() override { return table_.Freeze(); }
  void Thaw(bool stored) override { table_.Thaw(stored); }
  std::size_t MemoryBytes() const override {
    return table_.MemoryBytes() + heap_.capacity() * sizeof(Item);
  }
  /// Moves all of them down; the next ones are loaded again when they are needed.
  void Evict(double) override { table_.EvictAll(); }
  bool Fill(std::uint32_t entries) override {
    if (horizon_) LoadNext(entries);
    return !horizon_;
  }

 private:
  using Table = StateTable<TimerKey<K>, TimerSequence, NoTimerValue>;
  using Entry = typename Table::Entry;

  // Says that a timer may be due. Out of date when its timer was erased; the entry may even be
  // another timer's by then, but the sequence tells.
  struct Item {
    std::int64_t time;
    std::uint64_t sequence;
    Entry* entry;
  };
  static constexpr std::size_t kTolerated =
      1024;  // outdated items, beside as many as there are timers
  static constexpr std::uint32_t kLoadedAtOnce = 32 * 1024;

  /// Timers of that time are in memory if they are set.
  bool IsHeld(std::int64_t time) const { return !horizon_ || time < *horizon_; }
  static std::uint64_t HashOf(std::uint64_t key_hash, Timestamp time) {
    return KeyHasher<TimerKey<K>>::Of(key_hash, time.millis);
  }
  static bool Later(const Item& a, const Item& b) {
    return std::tie(a.time, a.sequence) > std::tie(b.time, b.sequence);
  }
  static bool UpToDate(const Item& item) {
    return item.entry->live() && item.entry->value().number == item.sequence;
  }
  void Push(Item item) {
    heap_.push_back(item);
    std::push_heap(heap_.begin(), heap_.end(), Later);
  }
  void PopHeap() {
    std::pop_heap(heap_.begin(), heap_.end(), Later);
    heap_.pop_back();
  }
  template <typename Fire>
  void FireFirst(Fire&& fire) {
    const Item item = heap_.front();
    PopHeap();
    if (!UpToDate(item)) return;
    // Erased first, so that it may be set again; the key outlives it.
    firing_.emplace(item.entry->key().key);
    table_.Erase(*item.entry);
    fire(firing_->key(), Timestamp{item.time});
  }
  void DropOutdated() {
    std::erase_if(heap_, [](const Item& item) { return !UpToDate(item); });
    std::make_heap(heap_.begin(), heap_.end(), Later);
  }
  /// Entries have left memory: what is left there may lie beyond others that have left.
  void Forget() {
    heap_.clear();
    horizon_ = INT64_MIN;
    table_.ForEach([&](Entry& entry) {
      heap_.push_back({entry.key().time, entry.value().number, &entry});
    });
    std::make_heap(heap_.begin(), heap_.end(), Later);
  }
  /// Loads about `count` of the next timers from the horizon on, and moves it behind them.
  void LoadNext(std::uint32_t count);
  void LoadGroup(TierCursor& cursor, std::string_view prefix, std::uint32_t count,
                 std::optional<std::int64_t>& end);

  Table table_;
  std::vector<Item> heap_;
  std::optional<std::int64_t> horizon_;  // none: everything is in memory
  std::uint64_t sequence_ = 0;
  std::optional<StoredKey<K>> firing_;
};

// The tier is ordered by key group first: takes some from each group, and ends before the first
// timer that it has left out in any. Timers of one time are not torn apart, so the horizon moves.
template <typename K>
void TimerTable<K>::LoadNext(std::uint32_t count) {
  const KeyGroupRange groups = table_.groups();
  const std::uint32_t per_group = std::max(4U, count / std::max(1U, groups.size()));
  const std::unique_ptr<TierCursor> cursor = table_.tier()->NewCursor();
  std::optional<std::int64_t> end;
  for (std::uint32_t group = groups.begin; group < groups.end; ++group) {
    std::string from;
    AppendEntryHeader(from, group, table_.form().state);
    const std::string prefix = from;
    AppendOrdered64(from, *horizon_);
    if (group == groups.begin || cursor->key() < from) cursor->Seek(from);
    LoadGroup(*cursor, prefix, per_group, end);
    if (!cursor->Valid()) break;
  }
  horizon_ = end;
}

/// Loads up to about `count` timers of one group that fire before `end`, and sets `end` to the
/// first one left out.
template <typename K>
void TimerTable<K>::LoadGroup(TierCursor& cursor, std::string_view prefix, std::uint32_t count,
                              std::optional<std::int64_t>& end) {
  TimerKey<K> timer{};
  std::int64_t last = INT64_MIN;
  for (std::uint32_t taken = 0; cursor.Valid() && cursor.key().starts_with(prefix); ++taken) {
    if (!EntryKeyCodec<TimerKey<K>>::Read(cursor.key().substr(kEntryHeaderBytes), timer)) {
      throw StateError(table_.Damaged("a timer that cannot be decoded"));
    }
    const bool enough = taken >= count && timer.time > last;
    if (enough || (end && timer.time >= *end)) {
      end = end ? std::min(*end, timer.time) : timer.time;
      return;
    }
    last = timer.time;
    table_.TakeIn(timer, table_.HashOf(timer), cursor.value());
    cursor.Next();
  }
}

}  // namespace penstock
