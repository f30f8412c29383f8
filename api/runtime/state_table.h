#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "api/runtime/codec.h"
#include "api/runtime/entry_key.h"
#include "api/runtime/entry_policy.h"
#include "api/runtime/heap_measure.h"
#include "api/runtime/key_traits.h"
#include "api/runtime/keyed_table.h"
#include "api/runtime/state_shard.h"
#include "api/runtime/state_snapshot.h"
#include "common/key_group.h"
#include "common/status.h"

namespace penstock {

/// How entries of one table are encoded: keys by EntryKeyCodec<K>, values by `Policy`
/// (entry_policy.h). Any thread.
template <typename K, typename V, typename Policy>
struct EntryForm : Policy {
  /// Appends the entry key; returns the key group.
  std::uint32_t EncodeKey(const K& key, std::string& out) const {
    const std::size_t begin = out.size();
    AppendEntryHeader(out, 0, state);
    const std::uint64_t hash = EntryKeyCodec<K>::Append(key, out);
    const std::uint32_t group = KeyGroupOf(hash, max_parallelism);
    out[begin] = static_cast<char>(group >> 8);
    out[begin + 1] = static_cast<char>(group & 0xff);
    return group;
  }

  std::uint32_t state = 0;
  std::uint32_t max_parallelism = 1;
};

/// Keyed state: one V per key, in memory as far as it fits, else in the tier beneath. Sharded by
/// contiguous ranges of key groups. Entries stay at their address until they are erased or, between
/// two calls of the operator, evicted. Every change goes through Mutable() or Erase(), which keep
/// what a running snapshot still has to write. What is not in memory is loaded when it is asked
/// for. Task thread only, but for the snapshots it hands out. The methods that may load throw
/// StateError.
template <typename K, typename V, typename Policy = PlainValue<V>>
class StateTable final : public KeyedTable {
 public:
  using Form = EntryForm<K, V, Policy>;
  using Shard = StateShard<K, V, Form>;
  using Entry = typename Shard::Entry;
  static constexpr std::uint32_t kMaxShards = 128;

  /// What to do with an entry that was visited in the tier.
  enum class Below : unsigned char { kKeep, kChanged, kErase };

  /// For the keys of `groups`. The hash given to the methods is that of KeyHasher<K>.
  StateTable(StateDescriptor descriptor, KeyGroupRange groups, std::uint32_t max_parallelism)
      : descriptor_(std::move(descriptor)), groups_(groups) {
    form_.state = StateIdOf(descriptor_.operator_uid, descriptor_.name);
    form_.max_parallelism = max_parallelism;
    while (((groups_.size() + (1U << shard_shift_) - 1) >> shard_shift_) > kMaxShards) {
      ++shard_shift_;
    }
    shard_count_ = std::max(1U, (groups_.size() + (1U << shard_shift_) - 1) >> shard_shift_);
    shards_ = std::make_unique<Shard[]>(shard_count_);
    for (Shard& shard : shards()) shard.Use(form_);
  }

  // ---- for operators ----

  /// Null when the key has no entry.
  Entry* Find(const K& key, std::uint64_t hash) {
    Shard& shard = ShardOf(hash);
    Entry* entry = shard.Find(key, Low(hash));
    if (entry == nullptr && !shard.complete()) [[unlikely]]
      entry = Load(shard, key, hash);
    if (entry == nullptr || !entry->live()) return nullptr;
    entry->Touch();
    return entry;
  }
  /// The key's entry, and whether it is new; then the value is made from `args`.
  template <typename... Args>
  std::pair<Entry*, bool> GetOrCreate(const K& key, std::uint64_t hash, Args&&... args) {
    Shard& shard = ShardOf(hash);
    Entry* entry = shard.Find(key, Low(hash));
    if (entry == nullptr && !shard.complete()) [[unlikely]]
      entry = Load(shard, key, hash);
    if (entry != nullptr) [[likely]]
      return Present(shard, *entry, std::forward<Args>(args)...);
    if (shard.has_droppable()) [[unlikely]]
      DropErased(shard);
    return {&shard.Create(key, Low(hash), epoch_, /*below=*/false, std::forward<Args>(args)...),
            true};
  }
  /// The same for a key whose PrefetchEntry returned `hint`. Entries may have come and gone since.
  template <typename... Args>
  std::pair<Entry*, bool> GetOrCreateNear(Entry* hint, const K& key, std::uint64_t hash,
                                          Args&&... args) {
    if (hint != nullptr && hint->live() && KeysEqual(hint->key(), key)) [[likely]] {
      hint->Touch();
      return {hint, false};
    }
    return GetOrCreate(key, hash, std::forward<Args>(args)...);
  }
  /// The only way to change a value. The reference may be kept until the end of the current call
  /// from the runtime, not longer: a snapshot may start then.
  V& Mutable(Entry& entry, std::uint64_t hash) {
    if (!entry.changed_in(epoch_)) [[unlikely]]
      MarkChanged(entry, hash);
    return Shard::Value(entry);
  }
  V& Mutable(Entry& entry) {
    if (!entry.changed_in(epoch_)) [[unlikely]]
      MarkChanged(entry, hasher_(entry.key()));
    return Shard::Value(entry);
  }
  void Erase(Entry& entry) { Erase(entry, hasher_(entry.key())); }
  void Erase(Entry& entry, std::uint64_t hash) {
    if (!entry.changed_in(epoch_)) MarkChanged(entry, hash);
    ShardOf(hash).Erase(entry, Low(hash));
  }
  /// Calls visit(Entry&) for all in memory; it must not create or erase entries.
  template <typename Visit>
  void ForEach(Visit&& visit) {
    for (const Shard& shard : shards()) {
      shard.ForEach([&](Entry& entry) {
        if (entry.live()) visit(entry);
      });
    }
  }
  /// Calls visit(key, hash, V&), which returns a Below, for all that only the tier has. What it
  /// changes or erases stays below. It must not use this table.
  template <typename Visit>
  void ForEachBelow(Visit&& visit);
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

  // ---- for operators that know what the tier has ----

  /// In memory only; erased entries are found too.
  Entry* FindHeld(const K& key, std::uint64_t hash) { return ShardOf(hash).Find(key, Low(hash)); }
  /// As GetOrCreate, without looking into the tier; `below`: it may have an entry of that key.
  template <typename... Args>
  std::pair<Entry*, bool> GetOrCreateHeld(const K& key, std::uint64_t hash, bool below,
                                          Args&&... args) {
    Shard& shard = ShardOf(hash);
    if (Entry* entry = shard.Find(key, Low(hash))) {
      return Present(shard, *entry, std::forward<Args>(args)...);
    }
    if (shard.has_droppable()) DropErased(shard);
    return {&shard.Create(key, Low(hash), epoch_, below, std::forward<Args>(args)...), true};
  }
  /// Takes an entry in that the tier has; null if the key is held already. Corruption of the value
  /// throws.
  Entry* TakeIn(const K& key, std::uint64_t hash, std::string_view value);
  /// Erases an entry that is not held and may be in the tier.
  void EraseUnheld(const K& key, std::uint64_t hash) {
    ShardOf(hash).CreateErased(key, Low(hash), epoch_);
  }
  /// For what of a value is not encoded: no change that a snapshot would have to see.
  V& Unstored(Entry& entry) { return Shard::Value(entry); }
  /// Moves everything to the tier.
  void EvictAll() { Evict(1); }
  /// Called with every entry that has come from the tier.
  void OnLoaded(std::function<void(Entry&)> hook) { loaded_hook_ = std::move(hook); }
  /// Called with every live entry that leaves memory; it must not use the table.
  void OnEvict(std::function<void(const Entry&)> hook) { evict_hook_ = std::move(hook); }
  /// Called when entries have left memory: pointers to entries are to be made anew.
  void OnEvicted(std::function<void()> hook) { evicted_hook_ = std::move(hook); }
  StateTier* tier() const { return tier_; }
  const Form& form() const { return form_; }
  KeyGroupRange groups() const { return groups_; }
  std::uint64_t HashOf(const K& key) { return hasher_(key); }
  /// All that there is is in memory.
  bool complete() const {
    return std::all_of(shards().begin(), shards().end(),
                       [](const Shard& shard) { return shard.complete(); });
  }
  /// Live entries in memory.
  std::size_t size() const {
    std::size_t size = 0;
    for (const Shard& shard : shards()) size += shard.size();
    return size;
  }
  /// A value that the tier has could not be decoded.
  Status Damaged(std::string_view what) const {
    return Status::Corruption("state \"" + descriptor_.name + "\" of operator \"" +
                              descriptor_.operator_uid + "\": " + std::string(what));
  }

  // ---- KeyedTable ----

  const StateDescriptor& descriptor() const override { return descriptor_; }
  void Attach(StateTier& tier, bool empty) override {
    tier_ = &tier;
    for (Shard& shard : shards()) shard.set_complete(empty);
  }
  std::unique_ptr<TableSnapshot> Freeze() override {
    assert(!snapshot_running_);
    snapshot_running_ = true;
    for (Shard& shard : shards()) shard.Freeze();
    return std::make_unique<ShardedSnapshot<Shard>>(shards(), epoch_++);
  }
  void Thaw(bool stored) override {
    snapshot_running_ = false;
    for (Shard& shard : shards()) shard.Thaw(stored, epoch_);
  }
  std::size_t MemoryBytes() const override;
  void Evict(double share) override;
  bool Fill(std::uint32_t entries) override;

 private:
  static constexpr std::size_t kDroppedPerCreate = 4;

  std::span<Shard> shards() const { return {shards_.get(), shard_count_}; }
  static std::uint32_t Low(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
  Shard& ShardOf(std::uint64_t hash) const {
    const std::uint32_t group = KeyGroupOf(hash, form_.max_parallelism);
    assert(groups_.Contains(group));
    return ShardOfGroup(group);
  }
  Shard& ShardOfGroup(std::uint32_t group) const {
    return shards_[(group - groups_.begin) >> shard_shift_];
  }
  template <typename... Args>
  std::pair<Entry*, bool> Present(Shard& shard, Entry& entry, Args&&... args) {
    if (entry.live()) [[likely]] {
      entry.Touch();
      return {&entry, false};
    }
    if (!entry.changed_in(epoch_)) shard.MarkChanged(entry, epoch_, snapshot_running_);
    shard.Revive(entry, std::forward<Args>(args)...);
    return {&entry, true};
  }
  [[gnu::noinline]] void MarkChanged(Entry& entry, std::uint64_t hash) {
    ShardOf(hash).MarkChanged(entry, epoch_, snapshot_running_);
  }
  [[gnu::cold]] void DropErased(Shard& shard) {
    if (snapshot_running_) return;
    shard.DropErased(kDroppedPerCreate, [this](const K& key) { return Low(hasher_(key)); });
  }
  [[gnu::cold]] Entry* Load(Shard& shard, const K& key, std::uint64_t hash);
  Entry& Adopt(Shard& shard, const K& key, std::uint64_t hash, std::string_view value);
  /// Calls visit(key, hash, value bytes) for what the tier has of this table in [begin, end) of the
  /// groups and memory does not hold, until it returns false. `from`: the entry key to begin at,
  /// empty for the first; returns where it stopped, empty at the end.
  template <typename Visit>
  std::string ScanBelow(std::uint32_t begin, std::uint32_t end, std::string from, Visit&& visit);

  const StateDescriptor descriptor_;
  const KeyGroupRange groups_;
  Form form_;  // constant after construction, like these two
  std::uint32_t shard_shift_ = 0;
  std::uint32_t shard_count_ = 0;

  StateTier* tier_ = nullptr;
  std::function<void(Entry&)> loaded_hook_;
  std::function<void(const Entry&)> evict_hook_;
  std::function<void()> evicted_hook_;
  std::unique_ptr<Shard[]> shards_;
  KeyHasher<K> hasher_;
  std::uint32_t epoch_ = 1;
  bool snapshot_running_ = false;
  std::string scratch_key_;
  std::string scratch_value_;

  double evict_debt_ = 0;  // pages still to be evicted

  // Where Fill goes on.
  std::uint32_t fill_shard_ = 0;
  std::string fill_from_;

  mutable HeapMeasure heap_;
};

template <typename K, typename V, typename Policy>
auto StateTable<K, V, Policy>::Load(Shard& shard, const K& key, std::uint64_t hash) -> Entry* {
  scratch_key_.clear();
  form_.EncodeKey(key, scratch_key_);
  if (!tier_->Get(scratch_key_, scratch_value_)) return nullptr;
  return &Adopt(shard, key, hash, scratch_value_);
}

template <typename K, typename V, typename Policy>
auto StateTable<K, V, Policy>::TakeIn(const K& key, std::uint64_t hash, std::string_view value)
    -> Entry* {
  Shard& shard = ShardOf(hash);
  if (shard.Find(key, Low(hash)) != nullptr) return nullptr;
  return &Adopt(shard, key, hash, value);
}

template <typename K, typename V, typename Policy>
auto StateTable<K, V, Policy>::Adopt(Shard& shard, const K& key, std::uint64_t hash,
                                     std::string_view value) -> Entry& {
  if (shard.has_droppable()) DropErased(shard);
  Entry& entry = shard.Create(key, Low(hash), EntryMark::kClean, /*below=*/true);
  if (!Policy::Decode(value, Shard::Value(entry))) {
    throw StateError(Damaged("a value that cannot be decoded"));
  }
  if (loaded_hook_) loaded_hook_(entry);
  return entry;
}

template <typename K, typename V, typename Policy>
template <typename Visit>
std::string StateTable<K, V, Policy>::ScanBelow(std::uint32_t begin, std::uint32_t end,
                                                std::string from, Visit&& visit) {
  std::string prefix;
  AppendEntryHeader(prefix, begin, form_.state);
  const std::unique_ptr<TierCursor> cursor = tier_->NewCursor();
  cursor->Seek(from.empty() ? prefix : from);
  std::uint32_t group = begin;
  K key{};
  while (cursor->Valid()) {
    const std::string_view at = cursor->key();
    const std::uint32_t found = ReadBigEndian16(at.data());
    if (found >= end) break;
    if (found != group || !at.starts_with(prefix)) {
      // Other states of this group, or nothing of it: on to the next group that has something.
      group = found > group ? found : group + 1;
      if (group >= end) break;
      prefix.clear();
      AppendEntryHeader(prefix, group, form_.state);
      if (at < prefix || !at.starts_with(prefix)) cursor->Seek(prefix);
      continue;
    }
    if (!EntryKeyCodec<K>::Read(at.substr(kEntryHeaderBytes), key)) {
      throw StateError(Damaged("a key that cannot be decoded"));
    }
    const std::uint64_t hash = hasher_(key);
    if (KeyGroupOf(hash, form_.max_parallelism) != group) {
      throw StateError(Damaged("an entry in a wrong key group"));
    }
    if (FindHeld(key, hash) == nullptr && !visit(key, hash, cursor->value())) {
      return std::string(at);
    }
    cursor->Next();
  }
  return {};
}

template <typename K, typename V, typename Policy>
template <typename Visit>
void StateTable<K, V, Policy>::ForEachBelow(Visit&& visit) {
  if (tier_ == nullptr || complete()) return;
  ScanBelow(groups_.begin, groups_.end, {},
            [&](const K& key, std::uint64_t hash, std::string_view bytes) {
              V value{};
              if (!Policy::Decode(bytes, value)) {
                throw StateError(Damaged("a value that cannot be decoded"));
              }
              const Below wish = visit(key, hash, value);
              if (wish == Below::kKeep) return true;
              scratch_key_.clear();
              form_.EncodeKey(key, scratch_key_);
              if (wish == Below::kErase) {
                tier_->Erase(scratch_key_);
                return true;
              }
              scratch_value_.clear();
              Policy::Encode(value, scratch_value_);
              tier_->Put(scratch_key_, scratch_value_);
              return true;
            });
}

template <typename K, typename V, typename Policy>
bool StateTable<K, V, Policy>::Fill(std::uint32_t entries) {
  for (std::uint32_t left = entries; fill_shard_ < shard_count_;) {
    Shard& shard = shards_[fill_shard_];
    const std::uint32_t begin = groups_.begin + (fill_shard_ << shard_shift_);
    const std::uint32_t end = std::min(groups_.end, begin + (1U << shard_shift_));
    if (!shard.complete()) {
      fill_from_ = ScanBelow(begin, end, std::move(fill_from_),
                             [&](const K& key, std::uint64_t hash, std::string_view value) {
                               if (left == 0) return false;
                               TakeIn(key, hash, value);
                               --left;
                               return true;
                             });
      if (!fill_from_.empty()) return false;
      shard.set_complete(true);
    }
    ++fill_shard_;
  }
  return true;
}

template <typename K, typename V, typename Policy>
void StateTable<K, V, Policy>::Evict(double share) {
  assert(!snapshot_running_ && tier_ != nullptr);
  for (Shard& shard : shards()) {
    // Shards of few pages take turns.
    evict_debt_ += share * static_cast<double>(shard.pages());
    const auto pages = std::min(shard.pages(), static_cast<std::size_t>(evict_debt_ + 1e-6));
    evict_debt_ -= static_cast<double>(pages);
    shard.Evict(pages, [this](const Entry& entry) {
      if (entry.live() && evict_hook_) evict_hook_(entry);
      if (!entry.changed_in(epoch_)) return;
      scratch_key_.clear();
      form_.EncodeKey(entry.key(), scratch_key_);
      if (!entry.live()) return tier_->Erase(scratch_key_);
      scratch_value_.clear();
      Policy::Encode(entry.value(), scratch_value_);
      tier_->Put(scratch_key_, scratch_value_);
    });
  }
  // A scan for filling may have passed what has just left.
  fill_shard_ = 0;
  fill_from_.clear();
  if (evicted_hook_) evicted_hook_();
}

template <typename K, typename V, typename Policy>
std::size_t StateTable<K, V, Policy>::MemoryBytes() const {
  std::size_t bytes = sizeof(*this);
  for (const Shard& shard : shards()) bytes += shard.MemoryBytes();
  if constexpr (!(Policy::kNoHeap && Codec<K>::kFixedSize)) {
    bytes += heap_.Measure(std::span<const Shard>(shards()), size());
  }
  return bytes;
}

}  // namespace penstock
