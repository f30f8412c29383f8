#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "api/runtime/map_cell.h"
#include "api/ttl.h"

namespace penstock {

/// Elements of a map in order, to be gone through once; gives pairs of references to key and value,
/// valid until the next step and while the element is not removed.
template <typename UK, typename V>
class MapRange {
 public:
  class Iterator {
   public:
    using value_type = std::pair<const UK&, const V&>;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(internal::MapWalk<UK, V>& walk) : walk_(&walk), valid_(walk.Next()) {}
    value_type operator*() const { return {walk_->key(), walk_->value()}; }
    Iterator& operator++() {
      valid_ = walk_->Next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !valid_; }

   private:
    internal::MapWalk<UK, V>* walk_ = nullptr;
    bool valid_ = false;
  };

  explicit MapRange(std::unique_ptr<internal::MapWalk<UK, V>> walk) : walk_(std::move(walk)) {}
  /// Once.
  Iterator begin() { return Iterator(*walk_); }
  std::default_sentinel_t end() const { return {}; }

 private:
  std::unique_ptr<internal::MapWalk<UK, V>> walk_;
};

/// One map per key, kept through failures: a member of a KeyedProcess, declared as
///   penstock::MapState<std::string, int> visits{this, "visits"};
/// It may be much larger than memory is: each element is loaded by itself. Otherwise as ValueState.
/// With a time to live each element expires by itself.
///
/// Iteration is in ascending order of keys when they are integers, enums, bool, Timestamps,
/// durations or std::string; of other types in an order that stays the same. Meanwhile elements may
/// be added, changed and removed. The first iteration, clear() or empty() goes through all that is
/// in memory once, to make an index; from then on, it is kept up to date.
template <typename UK, typename V>
class MapState : public internal::KeyedState<internal::MapCell<UK, V>> {
  static_assert(!Codec<UK>::kHoldsText && !Codec<V>::kHoldsText,
                "a state must own its characters: use std::string instead of penstock::Text in it");
  static_assert(kIsKey<UK>, "a key must not contain floating-point numbers");

 public:
  template <typename K>
  MapState(internal::KeyedStateOwner<K>* owner, std::string name) {
    this->template DeclareIn<internal::MapTableCell<K, UK, V, internal::Lasting<V>>>(
        *owner, std::move(name));
  }
  template <typename K>
  MapState(internal::KeyedStateOwner<K>* owner, std::string name, TimeToLive ttl) {
    this->template DeclareIn<internal::MapTableCell<K, UK, V, internal::Expiring<V>>>(
        *owner, std::move(name), ttl);
  }
  MapState(const MapState&) noexcept = default;
  MapState& operator=(const MapState&) = delete;

  /// Null when there is no such element. The pointer is valid until the call ends or the element is
  /// removed, as is the reference that edit() returns.
  const V* get(const UK& key) const { return this->cell().Find(key); }
  bool contains(const UK& key) const { return get(key) != nullptr; }
  void put(const UK& key, V value) { this->cell().Edit(key) = std::move(value); }
  /// The value for changing it in place; first V() when there is no such element.
  V& edit(const UK& key) { return this->cell().Edit(key); }
  /// Without loading it. Nothing happens when there is no such element.
  void remove(const UK& key) { this->cell().Erase(key); }
  /// Forgets all elements, without loading them.
  void clear() { this->cell().Clear(); }
  bool empty() const { return !this->cell().NewWalk({}, {}, /*reading=*/false)->Next(); }

  /// for (const auto& [key, value] : map.all()) ...
  MapRange<UK, V> all() const { return Range({}, {}); }
  /// Those with from <= key < to.
  MapRange<UK, V> range(UK from, UK to) const {
    static_assert(OrderedKey<UK>::kOrdered, "keys of this type have no order");
    return Range(std::move(from), std::move(to));
  }
  /// Those with from <= key.
  MapRange<UK, V> range_from(UK from) const {
    static_assert(OrderedKey<UK>::kOrdered, "keys of this type have no order");
    return Range(std::move(from), {});
  }
  /// Calls visit(key, value) for all.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [key, value] : all()) visit(key, value);
  }

 private:
  MapRange<UK, V> Range(std::optional<UK> from, std::optional<UK> to) const {
    return MapRange<UK, V>(this->cell().NewWalk(std::move(from), std::move(to), /*reading=*/true));
  }
};

}  // namespace penstock
