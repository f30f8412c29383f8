#pragma once

#include <atomic>
#include <cstdint>

#include "api/runtime/key_traits.h"

namespace penstock {

/// What snapshots know of an entry; see the invariants in state_shard.h.
struct EntryMark {
  static constexpr std::uint32_t kFree = 0;     ///< The slot has no entry.
  static constexpr std::uint32_t kLive = 1;     ///< It has a value.
  static constexpr std::uint32_t kErased = 2;   ///< It has none, and the tier may still have one.
  static constexpr std::uint32_t kWriting = 4;  ///< The background thread reads it.
  static constexpr std::uint32_t kPresence = kLive | kErased;
  static constexpr unsigned kEpochShift = 3;
  /// Of an entry that has not changed since the tier got it.
  static constexpr std::uint32_t kClean = 0;

  static constexpr std::uint32_t Make(std::uint32_t epoch, std::uint32_t presence) {
    return (epoch << kEpochShift) | presence;
  }
  static constexpr std::uint32_t EpochOf(std::uint32_t mark) { return mark >> kEpochShift; }
};

/// A slot of a table for one key. Task thread only, but for the mark.
template <typename K, typename V>
class StateEntry {
 public:
  StateEntry() {}   // NOLINT: the unions are filled by the shard
  ~StateEntry() {}  // NOLINT
  StateEntry(const StateEntry&) = delete;
  StateEntry& operator=(const StateEntry&) = delete;

  const K& key() const { return key_.key(); }
  /// Requires live().
  const V& value() const { return value_; }
  bool live() const { return (mark() & EntryMark::kLive) != 0; }
  bool free() const { return (mark() & EntryMark::kPresence) == 0; }
  /// Changed since the last freeze, whose number is `epoch` - 1.
  bool changed_in(std::uint32_t epoch) const { return EntryMark::EpochOf(mark()) == epoch; }
  /// Keeps it in memory for a while.
  void Touch() {
    if ((place_ & kTouched) == 0) place_ |= kTouched;
  }

 private:
  template <typename, typename, typename>
  friend class StateShard;

  static constexpr std::uint32_t kTouched = 1U << 31;
  static constexpr std::uint32_t kBelow = 1U << 30;  // the tier may have an entry of the key
  static constexpr std::uint32_t kSlotMask = kBelow - 1;

  std::uint32_t mark() const { return mark_.load(std::memory_order_relaxed); }
  std::uint32_t slot() const { return place_ & kSlotMask; }

  std::atomic<std::uint32_t> mark_{EntryMark::kFree};
  std::uint32_t place_ = 0;  // slot and flags
  union {
    StoredKey<K> key_;
  };
  union {
    V value_;
  };
};

}  // namespace penstock
