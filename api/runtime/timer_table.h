#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "api/runtime/key_traits.h"
#include "api/runtime/slot_vector.h"
#include "api/runtime/state_table.h"
#include "common/timestamp.h"

namespace penstock {

/// One timer of a key.
struct KeyTimer {
  std::int64_t start;      ///< When it fires.
  std::uint64_t sequence;  ///< Order of setting; never repeated within a TimerTable.
};
using KeyTimers = SlotVector<KeyTimer, 1>;

/// One snapshot entry per timer, without a value; the namespace is its time.
struct TimerEntries {
  static constexpr bool kNoHeap = false;

  static void Save(const KeyTimers& timers, EntryBuffer& out) {
    for (const KeyTimer& timer : timers) {
      out.Add([&](std::string& bytes) { AppendOrdered64(bytes, timer.start); },
              [](std::string&) {});
    }
  }
  static bool Load(KeyTimers& timers, std::string_view space, std::string_view bytes) {
    KeyTimer timer{0, 0};
    if (!bytes.empty() || !ReadOrdered64(space, timer.start) || timers.Find(timer.start)) {
      return false;
    }
    timers.Insert(timer);
    return true;
  }
  /// With their items in the heap of TimerTable.
  static std::size_t HeapBytes(const KeyTimers& timers) {
    return timers.HeapBytes() + timers.size() * 3 * sizeof(std::int64_t);
  }
};

/// Timers of event time, or of the wall clock: at most one per key and time. The table of the
/// timers of each key is the state; a heap orders them. Task thread only.
template <typename K>
class TimerTable {
 public:
  TimerTable(StateDescriptor descriptor, KeyGroupRange groups, std::uint32_t max_parallelism)
      : table_(std::move(descriptor), groups, max_parallelism) {}

  static StateDescriptor Descriptor(const std::string& uid) {
    return {uid, "timers", "timers", FingerprintOf<K>(), FingerprintOf<Timestamp>(), {}};
  }

  KeyedTable& table() { return table_; }

  /// Setting a timer that is set already changes nothing.
  void Set(const K& key, std::uint64_t hash, Timestamp time) {
    Entry& entry = *table_.GetOrCreate(key, hash).first;
    KeyTimers& timers = table_.Mutable(entry);
    if (timers.Find(time.millis)) return;
    timers.Insert({time.millis, ++sequence_});
    ++timers_;
    Push({time.millis, sequence_, &entry});
  }
  /// Erasing a timer that isn't set changes nothing.
  void Erase(const K& key, std::uint64_t hash, Timestamp time) {
    Entry* entry = table_.Find(key, hash);
    if (entry == nullptr || !entry->value().Find(time.millis)) return;
    Remove(*entry, time.millis);
    if (entry->value().empty() && entry != firing_) table_.Erase(*entry, hash);
    if (heap_.size() > 2 * timers_ + kTolerated) DropOutdated();
  }
  /// Calls fire(key, time) for every timer up to `watermark`, also for those set meanwhile, in
  /// order of time, then of setting. The key is valid during the call.
  template <typename Fire>
  void FireDue(Timestamp watermark, Fire&& fire) {
    while (!heap_.empty() && heap_.front().time <= watermark.millis) {
      const Item item = heap_.front();
      std::pop_heap(heap_.begin(), heap_.end(), Later);
      heap_.pop_back();
      if (!UpToDate(item)) continue;
      Remove(*item.entry, item.time);
      firing_ = item.entry;
      fire(item.entry->key(), Timestamp{item.time});
      firing_ = nullptr;
      if (item.entry->value().empty()) table_.Erase(*item.entry);
    }
  }
  /// When the next timer fires; nothing when none is set.
  std::optional<Timestamp> Next() {
    while (!heap_.empty() && !UpToDate(heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), Later);
      heap_.pop_back();
    }
    if (heap_.empty()) return std::nullopt;
    return Timestamp{heap_.front().time};
  }
  /// Fills the heap from the table, after the last Load. Timers of equal time fire in an
  /// unspecified order then.
  void Rebuild() {
    heap_.clear();
    timers_ = 0;
    table_.ForEach([&](Entry& entry) {
      for (KeyTimer& timer : table_.Mutable(entry)) {
        timer.sequence = ++sequence_;
        ++timers_;
        heap_.push_back({timer.start, timer.sequence, &entry});
      }
    });
    std::make_heap(heap_.begin(), heap_.end(), Later);
  }
  /// Timers that are set.
  std::size_t size() const { return timers_; }

 private:
  using Table = StateTable<K, KeyTimers, TimerEntries>;
  using Entry = typename Table::Entry;

  // Says that a timer may be due. Out of date when its timer was erased; the entry may even be
  // another key's by then, but the sequence tells.
  struct Item {
    std::int64_t time;
    std::uint64_t sequence;
    Entry* entry;
  };
  static constexpr std::size_t kTolerated =
      1024;  // outdated items, beside as many as there are timers

  static bool Later(const Item& a, const Item& b) {
    return std::tie(a.time, a.sequence) > std::tie(b.time, b.sequence);
  }
  static bool UpToDate(const Item& item) {
    if (!item.entry->live()) return false;
    const KeyTimer* timer = item.entry->value().Find(item.time);
    return timer != nullptr && timer->sequence == item.sequence;
  }
  void Push(Item item) {
    heap_.push_back(item);
    std::push_heap(heap_.begin(), heap_.end(), Later);
  }
  void Remove(Entry& entry, std::int64_t time) {
    KeyTimers& timers = table_.Mutable(entry);
    KeyTimer* timer = timers.Find(time);
    timers.Erase(timer, timer + 1);
    --timers_;
  }
  void DropOutdated() {
    std::erase_if(heap_, [](const Item& item) { return !UpToDate(item); });
    std::make_heap(heap_.begin(), heap_.end(), Later);
  }

  Table table_;
  std::vector<Item> heap_;
  std::size_t timers_ = 0;
  std::uint64_t sequence_ = 0;
  const Entry* firing_ = nullptr;  // its key is in use
};

}  // namespace penstock
