#pragma once

#include <cassert>
#include <string>
#include <utility>

#include "api/runtime/value_state.h"

namespace penstock {

template <typename K, typename In, typename Out>
class KeyedProcess;

/// One value per key, kept through failures: a member of a KeyedProcess, declared as
///   penstock::ValueState<int> count{this, "count"};
/// The declaration registers it; the name, unique within the function, finds it again after a
/// restore. It always means the value of the current key, and can be used inside process() and
/// on_timer() only. References and pointers that it returns are valid until the call ends or the
/// value is cleared. A later version of the job may add, drop, reorder, widen and rename
/// (RenamedField) fields of V: docs/state.md.
template <typename V>
class ValueState {
 public:
  template <typename K, typename In, typename Out>
  ValueState(KeyedProcess<K, In, Out>* owner, std::string name) {
    owner->Declare(*this, std::move(name));
  }
  // A copy belongs to the copied function and is connected by that one's operator.
  ValueState(const ValueState&) noexcept {}

  bool has_value() const { return cell().Find() != nullptr; }
  /// Null when the key has no value.
  const V* get() const { return cell().Find(); }
  V value_or(V otherwise) const {
    const V* value = get();
    return value == nullptr ? std::move(otherwise) : *value;
  }
  /// The value for changing it in place; first V() when the key has none.
  V& edit() { return cell().Edit(); }
  void set(V value) { cell().Edit() = std::move(value); }
  ValueState& operator=(V value) {
    set(std::move(value));
    return *this;
  }
  ValueState& operator=(const ValueState&) = delete;
  /// Forgets the key's value; it takes no memory then.
  void clear() { cell().Erase(); }

 private:
  template <typename, typename, typename>
  friend class KeyedProcess;

  internal::ValueCell<V>& cell() const {
    assert(cell_ != nullptr);
    return *cell_;
  }

  internal::ValueCell<V>* cell_ = nullptr;
};

}  // namespace penstock
