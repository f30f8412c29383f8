#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace penstock {

/// Estimates the heap memory behind the entries of a table. Each call looks at some more entries,
/// in turn, and takes the average of those it has seen for the others. Task thread only.
class HeapMeasure {
 public:
  /// `entries`: how many there are.
  template <typename Shard>
  std::size_t Measure(std::span<const Shard> shards, std::size_t entries) {
    for (std::uint32_t i = 0; i < kPerCall; ++i) Look(shards);
    const auto seen = static_cast<double>(bytes_);
    const std::size_t unseen = entries > seen_ ? entries - seen_ : 0;
    const double average =
        per_entry_ > 0 || seen_ == 0 ? per_entry_ : seen / static_cast<double>(seen_);
    return static_cast<std::size_t>(seen + average * static_cast<double>(unseen));
  }

 private:
  static constexpr std::uint32_t kPerCall = 256;

  template <typename Shard>
  void Look(std::span<const Shard> shards) {
    const Shard& shard = shards[shard_ % shards.size()];
    if (slot_ < shard.slots()) {
      const auto* entry = shard.Peek(slot_++);
      if (entry == nullptr || entry->free()) return;
      bytes_ += Shard::HeapBytes(*entry);
      ++seen_;
      return;
    }
    slot_ = 0;
    shard_ = (shard_ + 1) % shards.size();
    if (shard_ != 0) return;
    // A round is complete: from now on a new one counts.
    per_entry_ = seen_ == 0 ? 0 : static_cast<double>(bytes_) / static_cast<double>(seen_);
    bytes_ = seen_ = 0;
  }

  std::size_t shard_ = 0;
  std::uint32_t slot_ = 0;
  std::size_t bytes_ = 0;
  std::size_t seen_ = 0;
  double per_entry_ = 0;  // of the last round
};

}  // namespace penstock
