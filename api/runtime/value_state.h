#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "api/runtime/codec.h"
#include "api/runtime/keyed_state.h"
#include "api/runtime/state_table.h"
#include "api/runtime/timed_value.h"

namespace penstock::internal {

/// What a ValueState is connected to: the value of the current key, whatever the key's type.
template <typename V>
class ValueCell {
 public:
  virtual ~ValueCell() = default;
  /// Null when there is none.
  virtual const V* Find() = 0;
  /// For changing; made by V() when there is none.
  virtual V& Edit() = 0;
  virtual void Erase() = 0;
};

/// Looks the current key up once per turn. `Life` is Lasting<V> or Expiring<V>.
template <typename K, typename V, typename Life = Lasting<V>>
class TableCell final : public ValueCell<V>, public BoundState {
 public:
  TableCell(StateDescriptor descriptor, const StateSite<K>& site)
      : table_(std::move(descriptor), site.groups, site.max_parallelism),
        current_(site.current),
        life_(site.ttl, site.current.time) {}

  static StateDescriptor Describe(const std::string& uid, const std::string& name) {
    return {uid, name, "value", FingerprintOf<K>(), {}, Life::Describe(), Life::Evolve()};
  }

  const V* Find() override {
    Entry* entry = Lookup();
    if (entry == nullptr) return nullptr;
    if constexpr (Life::kTimed) {
      if (life_.RefreshedByReading(entry->value())) {
        life_.Stamp(table_.Mutable(*entry, current_.hash));
      }
    }
    return &Life::ValueOf(entry->value());
  }
  V& Edit() override {
    if (Lookup() == nullptr) {
      // Lookup has seen that the tier has none.
      entry_ = table_.GetOrCreateHeld(*current_.key, current_.hash, /*below=*/false).first;
    }
    auto& stored = table_.Mutable(*entry_, current_.hash);
    life_.Stamp(stored);
    return Life::ValueOf(stored);
  }
  void Erase() override {
    if (Entry* entry = Lookup()) table_.Erase(*entry, current_.hash);
    entry_ = nullptr;
  }
  KeyedTable& table() override { return table_; }
  void Sweep(std::uint32_t slots) override {
    if constexpr (Life::kTimed) {
      SweepTimed(table_, life_, slots, [this](Entry& entry) { table_.Erase(entry); });
    }
  }

 private:
  using Table = StateTable<K, typename Life::Stored, typename Life::Policy>;
  using Entry = typename Table::Entry;

  Entry* Lookup() {
    if (turn_ != current_.turn) {
      entry_ = table_.Find(*current_.key, current_.hash);
      turn_ = current_.turn;
      if constexpr (Life::kTimed) DropExpired();
    }
    return entry_;
  }
  void DropExpired() {
    if (entry_ == nullptr || !life_.Hidden(entry_->value())) return;
    table_.Erase(*entry_, current_.hash);
    entry_ = nullptr;
  }

  Table table_;
  const CurrentKey<K>& current_;
  [[no_unique_address]] const Life life_;
  Entry* entry_ = nullptr;  // of turn_'s key; null: none
  std::uint64_t turn_ = 0;
};

}  // namespace penstock::internal
