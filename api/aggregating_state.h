#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "api/runtime/value_state.h"
#include "api/ttl.h"

namespace penstock {

/// One accumulator per key, to which is added: a member of a KeyedProcess, declared as
///   struct Average {
///     std::int64_t sum = 0, count = 0;
///     void add(std::int64_t value) { sum += value; ++count; }
///     double result() const { return double(sum) / double(count); }
///   };
///   penstock::AggregatingState<std::int64_t, Average> average{this, "average"};
/// The accumulator is what is stored. Otherwise as ValueState.
template <typename In, typename Acc>
class AggregatingState : public internal::KeyedState<internal::ValueCell<Acc>> {
  static_assert(
      requires(Acc accumulator, const Acc& filled, const In& value) {
        accumulator.add(value);
        filled.result();
      },
      "the accumulator of an AggregatingState needs void add(const In&) and a result() const");

 public:
  using Result = std::decay_t<decltype(std::declval<const Acc&>().result())>;

  template <typename K>
  AggregatingState(internal::KeyedStateOwner<K>* owner, std::string name) {
    this->template DeclareIn<internal::TableCell<K, Acc>>(*owner, std::move(name));
  }
  /// The accumulator expires.
  template <typename K>
  AggregatingState(internal::KeyedStateOwner<K>* owner, std::string name, TimeToLive ttl) {
    this->template DeclareIn<internal::TableCell<K, Acc, internal::Expiring<Acc>>>(
        *owner, std::move(name), ttl);
  }
  AggregatingState(const AggregatingState&) noexcept = default;
  AggregatingState& operator=(const AggregatingState&) = delete;

  void add(const In& value) { this->cell().Edit().add(value); }
  /// Nothing when nothing was added.
  std::optional<Result> get() const {
    const Acc* accumulator = this->cell().Find();
    return accumulator == nullptr ? std::nullopt : std::optional<Result>(accumulator->result());
  }
  bool empty() const { return this->cell().Find() == nullptr; }
  void clear() { this->cell().Erase(); }
};

}  // namespace penstock
