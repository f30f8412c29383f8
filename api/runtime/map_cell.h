#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/runtime/keyed_state.h"
#include "api/runtime/map_walk.h"

namespace penstock::internal {

/// What a MapState is connected to: the map of the current key, whatever the key's type.
template <typename UK, typename V>
class MapCell {
 public:
  using Walk = MapWalk<UK, V>;
  using Bound = std::optional<UK>;

  virtual ~MapCell() = default;
  /// Null when there is none.
  virtual const V* Find(const UK& element) = 0;
  /// For changing; made by V() when there is none.
  virtual V& Edit(const UK& element) = 0;
  virtual void Erase(const UK& element) = 0;
  virtual void Clear() = 0;
  /// Elements from `from` on, before `to`. `reading`: counts as a use.
  virtual std::unique_ptr<Walk> NewWalk(Bound from, Bound to, bool reading) = 0;
};

/// Each element is an entry. `Life` is Lasting<V> or Expiring<V>.
template <typename K, typename UK, typename V, typename Life>
class MapTableCell final : public MapCell<UK, V>, public BoundState {
 public:
  using Bound = std::optional<UK>;

  MapTableCell(StateDescriptor descriptor, const StateSite<K>& site)
      : table_(std::move(descriptor), site.groups, site.max_parallelism),
        current_(site.current),
        life_(site.ttl, site.current.time) {}

  static StateDescriptor Describe(const std::string& uid, const std::string& name) {
    return {uid,           name, "map", FingerprintOf<K>(), FingerprintOf<UK>(), Life::Describe(),
            Life::Evolve()};
  }

  const V* Find(const UK& element) override {
    const std::uint64_t hash = Aim(element);
    Entry* entry = Lookup(hash);
    if (entry == nullptr) return nullptr;
    if constexpr (Life::kTimed) {
      if (life_.RefreshedByReading(entry->value())) {
        life_.Stamp(table_.entries().Mutable(*entry, hash));
      }
    }
    return &Life::ValueOf(entry->value());
  }
  V& Edit(const UK& element) override {
    const std::uint64_t hash = Aim(element);
    Entry* entry = Lookup(hash);
    if (entry == nullptr) entry = &table_.Create(probe_, hash, current_.hash);
    auto& stored = table_.entries().Mutable(*entry, hash);
    life_.Stamp(stored);
    return Life::ValueOf(stored);
  }
  void Erase(const UK& element) override {
    const std::uint64_t hash = Aim(element);
    table_.EraseAnywhere(probe_, hash, current_.hash);
  }
  void Clear() override;
  std::unique_ptr<MapWalk<UK, V>> NewWalk(Bound from, Bound to, bool reading) override {
    return std::make_unique<MergingWalk<K, UK, V, Life>>(
        table_, life_, *current_.key, current_.hash, std::move(from), std::move(to), reading);
  }
  KeyedTable& table() override { return table_; }
  void Sweep(std::uint32_t slots) override {
    if constexpr (Life::kTimed) {
      SweepTimed(table_.entries(), life_, slots, [this](Entry& entry) { table_.Erase(entry); });
    }
  }

 private:
  using Table = MapTable<K, UK, typename Life::Stored, typename Life::Policy>;
  using Entry = typename Table::Entry;

  /// Sets probe_; returns its hash.
  std::uint64_t Aim(const UK& element) {
    if (turn_ != current_.turn) {
      probe_.key = *current_.key;
      turn_ = current_.turn;
    }
    probe_.element = element;
    return table_.HashOf(current_.hash, element);
  }
  /// What probe_ has and may be seen.
  Entry* Lookup(std::uint64_t hash) {
    Entry* entry = table_.entries().Find(probe_, hash);
    if (entry == nullptr || !life_.Hidden(entry->value())) return entry;
    table_.Erase(*entry, hash, current_.hash);
    return nullptr;
  }
  void ClearBelow();

  Table table_;
  const CurrentKey<K>& current_;
  [[no_unique_address]] const Life life_;
  MapKey<K, UK> probe_;  // its key is that of turn_
  std::uint64_t turn_ = 0;
};

template <typename K, typename UK, typename V, typename Life>
void MapTableCell<K, UK, V, Life>::Clear() {
  std::vector<Entry*> held;
  if (const auto* elements = table_.Held(current_.hash)) {
    for (Entry* entry : *elements) {
      if (KeysEqual(entry->key().key, *current_.key)) held.push_back(entry);
    }
  }
  for (Entry* entry : held) {
    table_.Erase(*entry, table_.HashOf(current_.hash, entry->key().element), current_.hash);
  }
  // All elements of a key are in one shard.
  const UK any{};
  if (!table_.entries().complete(Aim(any))) ClearBelow();
}

/// Hides what the tier has of the current key, without reading the values.
template <typename K, typename UK, typename V, typename Life>
void MapTableCell<K, UK, V, Life>::ClearBelow() {
  std::string prefix;
  table_.entries().form().EncodeKey(probe_, prefix);
  std::string element;
  OrderedKey<UK>::Append(probe_.element, element);
  prefix.resize(prefix.size() - element.size());
  const std::unique_ptr<TierCursor> cursor = table_.entries().tier()->NewCursor();
  for (cursor->Seek(prefix); cursor->Valid(); cursor->Next()) {
    if (!cursor->key().starts_with(prefix)) return;
    if (!OrderedKey<UK>::Read(cursor->key().substr(prefix.size()), probe_.element)) {
      throw StateError(table_.entries().Damaged("a key that cannot be decoded"));
    }
    const std::uint64_t hash = table_.HashOf(current_.hash, probe_.element);
    if (table_.entries().FindHeld(probe_, hash) == nullptr) {
      table_.entries().EraseUnheld(probe_, hash);
    }
  }
}

}  // namespace penstock::internal
