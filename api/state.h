#pragma once

#include <string>
#include <utility>

#include "api/runtime/value_state.h"
#include "api/ttl.h"

namespace penstock {

/// One value per key, kept through failures: a member of a KeyedProcess, declared as
///   penstock::ValueState<int> count{this, "count"};
/// The declaration registers it; the name, unique within the function, finds it again after a
/// restore. It always means the value of the current key, and can be used inside process() and
/// on_timer() only. References and pointers that it returns are valid until the call ends or the
/// value is cleared. A later version of the job may add, drop, reorder, widen and rename
/// (RenamedField) fields of V: docs/state.md.
template <typename V>
class ValueState : public internal::KeyedState<internal::ValueCell<V>> {
 public:
  template <typename K>
  ValueState(internal::KeyedStateOwner<K>* owner, std::string name) {
    this->template DeclareIn<internal::TableCell<K, V>>(*owner, std::move(name));
  }
  /// The value expires.
  template <typename K>
  ValueState(internal::KeyedStateOwner<K>* owner, std::string name, TimeToLive ttl) {
    this->template DeclareIn<internal::TableCell<K, V, internal::Expiring<V>>>(
        *owner, std::move(name), ttl);
  }
  ValueState(const ValueState&) noexcept = default;

  bool has_value() const { return this->cell().Find() != nullptr; }
  /// Null when the key has no value.
  const V* get() const { return this->cell().Find(); }
  V value_or(V otherwise) const {
    const V* value = get();
    return value == nullptr ? std::move(otherwise) : *value;
  }
  /// The value for changing it in place; first V() when the key has none.
  V& edit() { return this->cell().Edit(); }
  void set(V value) { this->cell().Edit() = std::move(value); }
  ValueState& operator=(V value) {
    set(std::move(value));
    return *this;
  }
  ValueState& operator=(const ValueState&) = delete;
  /// Forgets the key's value; it takes no memory then.
  void clear() { this->cell().Erase(); }
};

}  // namespace penstock
