#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/runtime/list_cell.h"
#include "api/ttl.h"

namespace penstock {

/// The elements of a list in order, to be gone through once. They are loaded piece by piece: a
/// reference is valid until the next step. The list must not be changed meanwhile.
template <typename T>
class ListRange {
 public:
  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(internal::ListWalk<T>& walk) : walk_(&walk), run_(walk.Next()) {}
    const T& operator*() const { return run_.front(); }
    const T* operator->() const { return &run_.front(); }
    Iterator& operator++() {
      run_ = run_.subspan(1);
      if (run_.empty()) run_ = walk_->Next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return run_.empty(); }

   private:
    internal::ListWalk<T>* walk_ = nullptr;
    std::span<const T> run_;
  };

  explicit ListRange(std::unique_ptr<internal::ListWalk<T>> walk) : walk_(std::move(walk)) {}
  /// Once.
  Iterator begin() { return Iterator(*walk_); }
  std::default_sentinel_t end() const { return {}; }

 private:
  std::unique_ptr<internal::ListWalk<T>> walk_;
};

/// One list per key, kept through failures: a member of a KeyedProcess, declared as
///   penstock::ListState<Event> waiting{this, "waiting"};
/// It may be much longer than memory is large: it is kept in pieces of about 4 KiB, and adding
/// changes the last one only. Otherwise as ValueState. With a time to live each element expires by
/// itself.
template <typename T>
class ListState : public internal::KeyedState<internal::ListCell<T>> {
  static_assert(!std::is_same_v<T, bool>, "a list of bool cannot be referred to: use char");

 public:
  template <typename K>
  ListState(internal::KeyedStateOwner<K>* owner, std::string name) {
    this->template DeclareIn<internal::ListTableCell<K, T, ListChunk<T>>>(*owner, std::move(name));
  }
  template <typename K>
  ListState(internal::KeyedStateOwner<K>* owner, std::string name, TimeToLive ttl) {
    this->template DeclareIn<internal::ListTableCell<K, T, TimedListChunk<T>>>(
        *owner, std::move(name), ttl);
  }
  ListState(const ListState&) noexcept = default;
  ListState& operator=(const ListState&) = delete;

  void add(T element) { this->cell().Add(std::move(element)); }
  /// `elements` is not a range of this list.
  template <typename Range>
  void add_all(const Range& elements) {
    for (const auto& element : elements) this->cell().Add(element);
  }
  /// for (const T& element : list.get()) ...
  ListRange<T> get() const { return ListRange<T>(this->cell().Walk(/*reading=*/true)); }
  bool empty() const { return this->cell().Walk(/*reading=*/false)->Next().empty(); }
  /// Replaces all elements.
  void update(std::vector<T> elements) {
    clear();
    for (T& element : elements) this->cell().Add(std::move(element));
  }
  /// Forgets all elements, without loading them.
  void clear() { this->cell().Clear(); }
};

}  // namespace penstock
