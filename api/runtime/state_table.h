#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "api/runtime/codec.h"
#include "api/runtime/entry_policy.h"
#include "api/runtime/key_traits.h"
#include "api/runtime/keyed_table.h"
#include "api/runtime/state_shard.h"
#include "api/runtime/state_snapshot.h"
#include "common/key_group.h"
#include "common/status.h"

namespace penstock {

/// Keyed state in memory: one V per key, sharded by contiguous ranges of key groups. Entries stay
/// at their address until they are erased. Every change goes through Mutable() or Erase(), which
/// keep what a running snapshot still has to write. Task thread only, but for the snapshot it hands
/// out. `Policy` says how a V becomes snapshot entries (entry_policy.h).
template <typename K, typename V, typename Policy = SingleEntry<V>>
class StateTable final : public KeyedTable {
 public:
  using Shard = StateShard<K, V, Policy>;
  using Entry = typename Shard::Entry;
  static constexpr std::uint32_t kMaxShards = 128;

  /// For the keys of `groups`. The hash given to the methods is HashKey of the encoded key
  /// (KeyHasher).
  StateTable(StateDescriptor descriptor, KeyGroupRange groups, std::uint32_t max_parallelism)
      : descriptor_(std::move(descriptor)), groups_(groups), max_parallelism_(max_parallelism) {
    while (((groups_.size() + (1U << shard_shift_) - 1) >> shard_shift_) > kMaxShards) {
      ++shard_shift_;
    }
    shard_count_ = std::max(1U, (groups_.size() + (1U << shard_shift_) - 1) >> shard_shift_);
    shards_ = std::make_unique<Shard[]>(shard_count_);
  }

  /// Null when the key has no entry.
  Entry* Find(const K& key, std::uint64_t hash) { return ShardOf(hash).Find(key, Low(hash)); }
  /// The key's entry, and whether it is new; then the value is made from `args`.
  template <typename... Args>
  std::pair<Entry*, bool> GetOrCreate(const K& key, std::uint64_t hash, Args&&... args) {
    Shard& shard = ShardOf(hash);
    if (Entry* entry = shard.Find(key, Low(hash))) [[likely]]
      return {entry, false};
    return {&shard.Create(key, Low(hash), epoch_, std::forward<Args>(args)...), true};
  }
  /// The same for a key whose PrefetchEntry returned `hint`. Entries may have come and gone since.
  template <typename... Args>
  std::pair<Entry*, bool> GetOrCreateNear(Entry* hint, const K& key, std::uint64_t hash,
                                          Args&&... args) {
    if (hint != nullptr && hint->live() && KeysEqual(hint->key(), key)) [[likely]] {
      return {hint, false};
    }
    return GetOrCreate(key, hash, std::forward<Args>(args)...);
  }
  /// The only way to change a value. The reference may be kept until the end of the current call
  /// from the runtime, not longer: a snapshot may start then.
  V& Mutable(Entry& entry) {
    if (snapshot_running_) [[unlikely]]
      Preserve(entry);
    return Shard::Value(entry);
  }
  void Erase(Entry& entry) { Erase(entry, hasher_(entry.key())); }
  void Erase(Entry& entry, std::uint64_t hash) {
    if (snapshot_running_) [[unlikely]]
      Preserve(entry);
    ShardOf(hash).Erase(entry, Low(hash));
  }
  /// Calls visit(Entry&) for all; it must not create or erase entries.
  template <typename Visit>
  void ForEach(Visit&& visit) {
    for (const Shard& shard : shards()) {
      for (std::uint32_t i = 0; i < shard.slots(); ++i) {
        if (shard.At(i).live()) visit(shard.At(i));
      }
    }
  }
  std::size_t size() const {
    std::size_t size = 0;
    for (const Shard& shard : shards()) size += shard.size();
    return size;
  }
  /// Two steps that overlap the cache misses of several keys: call each for a group of keys. The
  /// first returns the key's shard, the second the entry that the key probably has, or null.
  const Shard* PrefetchCell(std::uint64_t hash) const {
    const Shard& shard = ShardOf(hash);
    shard.PrefetchCell(Low(hash));
    return &shard;
  }
  Entry* PrefetchEntry(const Shard& shard, std::uint64_t hash) const {
    return shard.PrefetchEntry(Low(hash));
  }

  const StateDescriptor& descriptor() const override { return descriptor_; }
  std::unique_ptr<TableSnapshot> Freeze() override {
    assert(!snapshot_running_);
    snapshot_running_ = true;
    return std::make_unique<ShardedSnapshot<Shard>>(shards(), ++epoch_, max_parallelism_);
  }
  void Thaw() override {
    snapshot_running_ = false;
    for (Shard& shard : shards()) shard.DropAside();
  }
  Status Load(std::string_view key, std::string_view value) override;
  /// Exact but for heap memory of keys and values, which is measured in turn: each call looks at
  /// some more entries.
  std::size_t MemoryBytes() const override;

 private:
  static constexpr std::uint32_t kMeasuredPerCall = 4096;

  std::span<Shard> shards() const { return {shards_.get(), shard_count_}; }
  static std::uint32_t Low(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
  Shard& ShardOf(std::uint64_t hash) const {
    const std::uint32_t group = KeyGroupOf(hash, max_parallelism_);
    assert(groups_.Contains(group));
    return shards_[(group - groups_.begin) >> shard_shift_];
  }
  void Preserve(Entry& entry) {
    if (!Shard::NeedsPreserving(entry, epoch_)) return;
    ShardOf(hasher_(entry.key())).Preserve(entry, epoch_, max_parallelism_);
  }
  Status Damaged(std::string_view what) const {
    return Status::Corruption("state \"" + descriptor_.name + "\" of operator \"" +
                              descriptor_.operator_uid + "\": " + std::string(what));
  }
  std::size_t MeasureHeap() const;

  const StateDescriptor descriptor_;
  const KeyGroupRange groups_;
  const std::uint32_t max_parallelism_;
  std::uint32_t shard_shift_ = 0;  // constant after construction, like the count
  std::uint32_t shard_count_ = 0;

  std::unique_ptr<Shard[]> shards_;
  KeyHasher<K> hasher_;
  std::uint32_t epoch_ = 1;
  bool snapshot_running_ = false;

  // Where MeasureHeap goes on, and what it has found in its last rounds.
  struct HeapMeasure {
    std::size_t shard = 0;
    std::uint32_t slot = 0;
    std::size_t bytes = 0;
    std::size_t entries = 0;
    double per_entry = 0;
  };
  mutable HeapMeasure heap_;
};

template <typename K, typename V, typename Policy>
Status StateTable<K, V, Policy>::Load(std::string_view key, std::string_view value) {
  if (key.size() < 2) return Damaged("an entry without a key group");
  ByteReader reader(key.substr(2));
  K decoded{};
  if (!Codec<K>::Decode(reader, decoded)) return Damaged("an entry with a key that is cut off");
  const std::uint64_t hash = HashKey(key.substr(2, key.size() - 2 - reader.remaining()));
  const std::uint32_t group = KeyGroupOf(hash, max_parallelism_);
  if (group != ReadBigEndian16(key.data())) return Damaged("an entry in a wrong key group");
  if (!groups_.Contains(group)) return Damaged("an entry of another subtask");
  Entry* entry = GetOrCreate(decoded, hash).first;
  if (!Policy::Load(Mutable(*entry), reader.rest(), value)) {
    return Damaged("an entry that cannot be decoded");
  }
  return Status::Ok();
}

template <typename K, typename V, typename Policy>
std::size_t StateTable<K, V, Policy>::MemoryBytes() const {
  std::size_t bytes = sizeof(*this);
  for (const Shard& shard : shards()) bytes += shard.MemoryBytes();
  if constexpr (!(Policy::kNoHeap && Codec<K>::kFixedSize)) bytes += MeasureHeap();
  return bytes;
}

template <typename K, typename V, typename Policy>
std::size_t StateTable<K, V, Policy>::MeasureHeap() const {
  for (std::uint32_t i = 0; i < kMeasuredPerCall; ++i) {
    const Shard& shard = shards_[heap_.shard];
    if (heap_.slot < shard.slots()) {
      const Entry& entry = shard.At(heap_.slot++);
      if (!entry.live()) continue;
      heap_.bytes += Shard::HeapBytes(entry);
      ++heap_.entries;
      continue;
    }
    heap_.slot = 0;
    heap_.shard = (heap_.shard + 1) % shard_count_;
    if (heap_.shard == 0) {
      // A round is complete: from now on a new one counts.
      heap_.per_entry = heap_.entries == 0 ? 0 : static_cast<double>(heap_.bytes) / heap_.entries;
      heap_.bytes = heap_.entries = 0;
    }
  }
  const double seen = static_cast<double>(heap_.bytes);
  const std::size_t unseen = size() > heap_.entries ? size() - heap_.entries : 0;
  const double average = heap_.per_entry > 0 || heap_.entries == 0
                             ? heap_.per_entry
                             : seen / static_cast<double>(heap_.entries);
  return static_cast<std::size_t>(seen + average * static_cast<double>(unseen));
}

}  // namespace penstock
