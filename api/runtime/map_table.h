#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "api/runtime/map_key.h"
#include "api/runtime/state_table.h"

namespace penstock {

/// A table of the elements of maps, one map per key of the stream. From the first time that
/// somebody asks which elements a key has, it keeps an index that tells of those in memory; before,
/// nothing is spent on that. Changes must be made here, so that the index hears of them; only the
/// values may be changed in the table. Task thread only.
template <typename K, typename UK, typename Stored, typename Policy>
class MapTable final : public KeyedTable {
 public:
  using Key = MapKey<K, UK>;
  using Table = StateTable<Key, Stored, Policy>;
  using Entry = typename Table::Entry;

  /// By element; the address makes an order of those of different keys with one hash.
  struct Before {
    using is_transparent = void;
    bool operator()(const Entry* a, const Entry* b) const {
      if (Less(a->key().element, b->key().element)) return true;
      if (Less(b->key().element, a->key().element)) return false;
      return std::less<>()(a, b);
    }
    bool operator()(const Entry* a, const UK& b) const { return Less(a->key().element, b); }
    bool operator()(const UK& a, const Entry* b) const { return Less(a, b->key().element); }
  };
  using Elements = std::set<Entry*, Before>;

  MapTable(StateDescriptor descriptor, KeyGroupRange groups, std::uint32_t max_parallelism)
      : table_(std::move(descriptor), groups, max_parallelism) {
    table_.OnLoaded([this](Entry& entry) {
      if (indexed_) Insert(entry, key_hasher_(entry.key().key));
    });
    table_.OnEvict([this](const Entry& entry) {
      if (indexed_) Remove(entry, key_hasher_(entry.key().key));
    });
  }

  static bool Less(const UK& a, const UK& b) { return OrderedKey<UK>::Less(a, b); }

  // ---- `key_hash` is that of key.key, `hash` that of the whole key ----

  std::uint64_t HashOf(std::uint64_t key_hash, const UK& element) {
    return hasher_.Of(key_hash, element);
  }
  /// A key that Find has not found.
  Entry& Create(const Key& key, std::uint64_t hash, std::uint64_t key_hash) {
    Entry& entry = *table_.GetOrCreateHeld(key, hash, /*below=*/false).first;
    if (indexed_) Insert(entry, key_hash);
    return entry;
  }
  void Erase(Entry& entry, std::uint64_t hash, std::uint64_t key_hash) {
    if (indexed_) Remove(entry, key_hash);
    table_.Erase(entry, hash);
  }
  void Erase(Entry& entry) {
    const std::uint64_t key_hash = key_hasher_(entry.key().key);
    Erase(entry, HashOf(key_hash, entry.key().element), key_hash);
  }
  /// Without loading it.
  void EraseAnywhere(const Key& key, std::uint64_t hash, std::uint64_t key_hash) {
    if (Entry* entry = table_.FindHeld(key, hash)) {
      if (entry->live()) Erase(*entry, hash, key_hash);
    } else if (!table_.complete(hash)) {
      table_.EraseUnheld(key, hash);
    }
  }
  /// The elements in memory, live all of them, of the keys of this hash, which is nearly always
  /// one; null when there are none.
  const Elements* Held(std::uint64_t key_hash) {
    if (!indexed_) MakeIndex();
    const auto found = index_.find(key_hash);
    return found == index_.end() ? nullptr : &found->second;
  }
  /// Changes whenever iterators into Held() may have become invalid, or something was added.
  std::uint64_t version() const { return version_; }
  Table& entries() { return table_; }

  // ---- KeyedTable ----

  const StateDescriptor& descriptor() const override { return table_.descriptor(); }
  void Attach(StateTier& tier, bool empty) override { table_.Attach(tier, empty); }
  std::unique_ptr<TableSnapshot> Freeze() override { return table_.Freeze(); }
  void Thaw(bool stored) override { table_.Thaw(stored); }
  std::size_t MemoryBytes() const override {
    return table_.MemoryBytes() + indexed_elements_ * kElementBytes + index_.size() * kMapBytes +
           index_.bucket_count() * sizeof(void*);
  }
  void Evict(double share) override { table_.Evict(share); }
  bool Fill(std::uint32_t entries) override { return table_.Fill(entries); }

 private:
  // What a node of the standard library takes with its content.
  static constexpr std::size_t kElementBytes = 48;
  static constexpr std::size_t kMapBytes = 32 + sizeof(Elements);

  void MakeIndex() {
    indexed_ = true;
    table_.ForEach([this](Entry& entry) { Insert(entry, key_hasher_(entry.key().key)); });
  }
  void Insert(Entry& entry, std::uint64_t key_hash) {
    ++version_;
    if (index_[key_hash].insert(&entry).second) ++indexed_elements_;
  }
  void Remove(const Entry& entry, std::uint64_t key_hash) {
    ++version_;
    const auto map = index_.find(key_hash);
    if (map == index_.end()) return;
    const auto found = map->second.find(&entry);
    if (found == map->second.end()) return;
    map->second.erase(found);
    --indexed_elements_;
    if (map->second.empty()) index_.erase(map);
  }

  Table table_;
  KeyHasher<K> key_hasher_;
  KeyHasher<Key> hasher_;
  bool indexed_ = false;
  std::unordered_map<std::uint64_t, Elements> index_;
  std::size_t indexed_elements_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace penstock
