#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "api/runtime/codec.h"
#include "api/runtime/state_table.h"

namespace penstock::internal {

/// The key that an operator is working on. `turn` changes whenever the key does.
template <typename K>
struct CurrentKey {
  const K* key = nullptr;
  std::uint64_t hash = 0;
  std::uint64_t turn = 0;
};

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

/// A state of a process function at one subtask, for its operator.
class BoundState {
 public:
  virtual ~BoundState() = default;
  virtual KeyedTable& table() = 0;
};

/// Looks the current key up once per turn.
template <typename K, typename V>
class TableCell final : public ValueCell<V>, public BoundState {
 public:
  TableCell(StateDescriptor descriptor, KeyGroupRange groups, std::uint32_t max_parallelism,
            const CurrentKey<K>& current)
      : table_(std::move(descriptor), groups, max_parallelism), current_(current) {}

  const V* Find() override {
    Entry* entry = Lookup();
    return entry == nullptr ? nullptr : &entry->value();
  }
  V& Edit() override {
    if (Lookup() == nullptr) {
      entry_ = table_.GetOrCreate(*current_.key, current_.hash).first;
    }
    return table_.Mutable(*entry_, current_.hash);
  }
  void Erase() override {
    if (Entry* entry = Lookup()) table_.Erase(*entry, current_.hash);
    entry_ = nullptr;
  }
  KeyedTable& table() override { return table_; }

 private:
  using Entry = typename StateTable<K, V>::Entry;

  Entry* Lookup() {
    if (turn_ != current_.turn) {
      entry_ = table_.Find(*current_.key, current_.hash);
      turn_ = current_.turn;
    }
    return entry_;
  }

  StateTable<K, V> table_;
  const CurrentKey<K>& current_;
  Entry* entry_ = nullptr;  // of turn_'s key; null: none
  std::uint64_t turn_ = 0;
};

/// A ValueState member of a process function over keys K, as found when the function was
/// constructed. The offset from the KeyedProcess base survives copying the function.
template <typename K>
struct StateDeclaration {
  std::ptrdiff_t offset = 0;
  std::string name;
  Fingerprint (*value)() = nullptr;
  Evolution (*evolution)() = nullptr;
  std::unique_ptr<BoundState> (*bind)(void* state, StateDescriptor descriptor, KeyGroupRange groups,
                                      std::uint32_t max_parallelism,
                                      const CurrentKey<K>& current) = nullptr;
};

}  // namespace penstock::internal
