#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "api/runtime/arena.h"
#include "api/runtime/batch.h"
#include "api/runtime/codec.h"

namespace penstock {

/// A Batch of T. Slots of cleared records keep their memory (the capacity of strings and vectors),
/// so a producer that fills slots in place does not allocate in the steady state.
template <typename T>
class TypedBatch final : public Batch {
 public:
  /// Records per batch for this type, for about kBatchBytes.
  static constexpr std::size_t kCapacity =
      std::clamp<std::size_t>(kBatchBytes / (sizeof(T) + sizeof(Timestamp)), 16, 1024);

  TypedBatch() { values_.reserve(kCapacity); }

  T& operator[](std::size_t i) { return values_[i]; }
  const T& operator[](std::size_t i) const { return values_[i]; }
  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  bool full() const { return size() >= kCapacity; }
  /// Records that still fit before the batch should be handed on.
  std::size_t room() const { return full() ? 0 : kCapacity - size(); }

  /// Adds a record to be filled in place; it holds an earlier record's value, so every field must
  /// be set.
  T& AppendSlot(Timestamp timestamp) {
    if (timestamps_.size() == values_.size()) values_.emplace_back();
    timestamps_.push_back(timestamp);
    return values_[timestamps_.size() - 1];
  }
  /// Adds a record. Text that is a view into another batch is copied into this one.
  void Append(T value, Timestamp timestamp) {
    T& slot = AppendSlot(timestamp);
    slot = std::move(value);
    Codec<T>::AdoptText(slot, arena_);
  }
  /// Takes back the last record.
  void RemoveLast() { timestamps_.pop_back(); }
  /// Keeps the first `size` records.
  void Truncate(std::size_t size) { timestamps_.resize(size); }

  /// Where bytes of this batch's Text fields live.
  Arena& arena() { return arena_; }

  void Clear() override {
    timestamps_.clear();
    arena_.Clear();
  }
  std::unique_ptr<Batch> Copy() const override;
  std::size_t MemoryBytes() const override;
  const void* type_id() const override { return TypeId(); }
  static const void* TypeId() {
    static const char id = 0;
    return &id;
  }

 private:
  std::vector<T> values_;  // only the first size() are records
  Arena arena_;
};

template <typename T>
std::unique_ptr<Batch> TypedBatch<T>::Copy() const {
  auto copy = std::make_unique<TypedBatch<T>>();
  for (std::size_t i = 0; i < size(); ++i) copy->Append(values_[i], timestamps_[i]);
  return copy;
}

template <typename T>
std::size_t TypedBatch<T>::MemoryBytes() const {
  std::size_t bytes = size() * (sizeof(T) + sizeof(Timestamp)) + arena_.used();
  if constexpr (!Codec<T>::kFixedSize) {
    for (std::size_t i = 0; i < size(); ++i) bytes += Codec<T>::HeapBytes(values_[i]);
  }
  return bytes;
}

}  // namespace penstock
