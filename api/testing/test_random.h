#pragma once

#include <cstddef>
#include <cstdint>

namespace penstock::testing {

/// Random numbers that are the same everywhere for the same seed. SplitMix64: G. Steele, D. Lea,
/// C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
class TestRandom {
 public:
  explicit TestRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// Less than `bound`, which must not be 0.
  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(Next() % bound); }

 private:
  std::uint64_t state_;
};

}  // namespace penstock::testing
