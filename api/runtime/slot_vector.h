#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

namespace penstock {

/// A few T in order of `start`, no two with the same; the first N are held inside. T has a member
/// `std::int64_t start`. Never moved or copied, so it suits the entries of a StateTable.
template <typename T, std::uint32_t N>
class SlotVector {
 public:
  SlotVector() : data_(inside()) {}
  ~SlotVector() {
    std::destroy_n(data_, size_);
    if (on_heap()) Allocator().deallocate(data_, capacity_);
  }
  SlotVector(const SlotVector&) = delete;
  SlotVector& operator=(const SlotVector&) = delete;

  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  const T& front() const { return data_[0]; }
  bool empty() const { return size_ == 0; }
  std::uint32_t size() const { return size_; }
  bool on_heap() const { return data_ != inside(); }
  std::size_t HeapBytes() const { return on_heap() ? capacity_ * sizeof(T) : 0; }

  /// Null when there is none. Looks at the last one first.
  T* Find(std::int64_t start) {
    T* slot = LowerBound(start);
    return slot != end() && slot->start == start ? slot : nullptr;
  }
  const T* Find(std::int64_t start) const { return const_cast<SlotVector*>(this)->Find(start); }
  /// Adds one whose start isn't there yet.
  T& Insert(T value) {
    std::size_t at = static_cast<std::size_t>(LowerBound(value.start) - data_);
    if (size_ == capacity_) Grow();
    if (at == size_) {
      new (data_ + at) T(std::move(value));
    } else {
      new (data_ + size_) T(std::move(data_[size_ - 1]));
      std::move_backward(data_ + at, data_ + size_ - 1, data_ + size_);
      data_[at] = std::move(value);
    }
    ++size_;
    return data_[at];
  }
  void Erase(T* first, T* last) {
    if (first == last) return;
    T* new_end = std::move(last, end(), first);
    std::destroy(new_end, end());
    size_ = static_cast<std::uint32_t>(new_end - data_);
  }

 private:
  using Allocator = std::allocator<T>;

  T* inside() { return reinterpret_cast<T*>(inline_); }
  const T* inside() const { return reinterpret_cast<const T*>(inline_); }
  T* LowerBound(std::int64_t start) {
    if (size_ == 0 || data_[size_ - 1].start < start) return end();
    T* last = data_ + size_ - 1;
    if (last->start == start) return last;
    return std::lower_bound(begin(), last, start,
                            [](const T& slot, std::int64_t value) { return slot.start < value; });
  }
  void Grow() {
    const std::uint32_t capacity = capacity_ * 2;
    T* data = Allocator().allocate(capacity);
    std::uninitialized_move_n(data_, size_, data);
    std::destroy_n(data_, size_);
    if (on_heap()) Allocator().deallocate(data_, capacity_);
    data_ = data;
    capacity_ = capacity;
  }

  T* data_;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = N;
  alignas(T) std::byte inline_[N * sizeof(T)];
};

}  // namespace penstock
