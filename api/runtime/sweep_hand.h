#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace penstock {

/// Goes round all slots of a table, a few at each call, like the hand of a clock. Task thread only.
class SweepHand {
 public:
  /// The entry in the next slot; null at the end of what is in use of a page, and between two
  /// shards, where it calls `enter(shard)`.
  template <typename Shard, typename Enter>
  typename Shard::Entry* Next(std::span<Shard> shards, Enter&& enter) {
    Shard& shard = shards[shard_];
    if (slot_ < shard.slots()) {
      typename Shard::Entry* entry = shard.Peek(slot_++);
      // What is not in use of a page is at its end.
      if (entry == nullptr) slot_ += (0 - slot_) % Shard::kPageEntries;
      return entry;
    }
    slot_ = 0;
    shard_ = (shard_ + 1) % shards.size();
    enter(shards[shard_]);
    return nullptr;
  }

 private:
  std::size_t shard_ = 0;
  std::uint32_t slot_ = 0;
};

}  // namespace penstock
