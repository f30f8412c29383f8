#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "api/runtime/batch.h"

namespace penstock {

/// A batch of numbers that claims to take as much memory as a test wants.
class NumberBatch final : public Batch {
 public:
  NumberBatch(std::vector<std::uint64_t> numbers, std::size_t memory_bytes)
      : numbers_(std::move(numbers)), memory_bytes_(memory_bytes) {
    timestamps_.resize(numbers_.size());
  }
  static std::unique_ptr<Batch> Of(std::uint64_t number, std::size_t memory_bytes = 16 * 1024) {
    return std::make_unique<NumberBatch>(std::vector{number}, memory_bytes);
  }
  static std::uint64_t FirstOf(const std::unique_ptr<Batch>& batch) {
    return static_cast<const NumberBatch&>(*batch).numbers_.front();
  }
  void Set(std::uint64_t number) { numbers_ = {number}; }

  void Clear() override {
    numbers_.clear();
    timestamps_.clear();
  }
  std::unique_ptr<Batch> Copy() const override {
    return std::make_unique<NumberBatch>(numbers_, memory_bytes_);
  }
  std::size_t MemoryBytes() const override { return memory_bytes_; }
  const void* type_id() const override {
    static const char id = 0;
    return &id;
  }

 private:
  std::vector<std::uint64_t> numbers_;
  std::size_t memory_bytes_;
};

}  // namespace penstock
