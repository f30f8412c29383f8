#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "api/runtime/value_state.h"
#include "api/ttl.h"

namespace penstock {

/// One value per key that everything added is combined with: a member of a KeyedProcess, declared
/// as
///   penstock::ReducingState<int> sum{this, "sum", [](int a, int b) { return a + b; }};
/// or, with a function that the compiler sees through, as
///   penstock::ReducingState<int, std::plus<int>> sum{this, "sum"};
/// Otherwise as ValueState.
template <typename T, typename Fn = std::function<T(const T&, const T&)>>
class ReducingState : public internal::KeyedState<internal::ValueCell<T>> {
  static_assert(std::is_invocable_r_v<T, const Fn&, const T&, const T&>,
                "a ReducingState needs a function that takes two values and returns one");

 public:
  template <typename K>
  ReducingState(internal::KeyedStateOwner<K>* owner, std::string name) requires(std::is_empty_v<Fn>)
      : ReducingState(owner, std::move(name), Fn()) {}
  template <typename K>
  ReducingState(internal::KeyedStateOwner<K>* owner, std::string name, Fn reduce)
      : reduce_(std::move(reduce)) {
    this->template DeclareIn<internal::TableCell<K, T>>(*owner, std::move(name));
  }
  /// The value expires.
  template <typename K>
  ReducingState(internal::KeyedStateOwner<K>* owner, std::string name, Fn reduce, TimeToLive ttl)
      : reduce_(std::move(reduce)) {
    this->template DeclareIn<internal::TableCell<K, T, internal::Expiring<T>>>(
        *owner, std::move(name), ttl);
  }
  ReducingState(const ReducingState&) = default;
  ReducingState& operator=(const ReducingState&) = delete;

  /// The first value is its own result.
  void add(const T& value) {
    const bool first = this->cell().Find() == nullptr;
    T& result = this->cell().Edit();
    result = first ? value : reduce_(result, value);
  }
  /// Null when nothing was added.
  const T* get() const { return this->cell().Find(); }
  bool empty() const { return get() == nullptr; }
  void clear() { this->cell().Erase(); }

 private:
  const Fn reduce_;
};

}  // namespace penstock
