#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace penstock {

/// Counts observations by upper bounds; the last bucket, without a bound, has what is above all of
/// them. Not thread-safe.
class Histogram {
 public:
  /// `bounds` ascending; outlives this.
  explicit Histogram(std::span<const double> bounds)
      : bounds_(bounds), counts_(bounds.size() + 1) {}

  void Observe(double value) {
    const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
    ++counts_[static_cast<std::size_t>(bound - bounds_.begin())];
    ++count_;
    sum_ += value;
  }

  std::span<const double> bounds() const { return bounds_; }
  /// Of one bucket alone.
  std::uint64_t count(std::size_t bucket) const { return counts_[bucket]; }
  std::uint64_t count() const { return count_; }
  double sum() const { return sum_; }

 private:
  std::span<const double> bounds_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

}  // namespace penstock
