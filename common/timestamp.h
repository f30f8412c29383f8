#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>

namespace penstock {

/// A point in event time: milliseconds since the Unix epoch, UTC. Arithmetic saturates at Min() and
/// Max(), so timestamps at the extremes never overflow.
struct Timestamp {
  std::int64_t millis = 0;

  static constexpr Timestamp Min() { return {std::numeric_limits<std::int64_t>::min()}; }
  /// As a watermark: no record follows.
  static constexpr Timestamp Max() { return {std::numeric_limits<std::int64_t>::max()}; }

  constexpr auto operator<=>(const Timestamp&) const = default;
};

using Millis = std::chrono::milliseconds;

constexpr Timestamp operator+(Timestamp time, Millis delta) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time.millis, static_cast<std::int64_t>(delta.count()), &sum)) {
    return delta.count() > 0 ? Timestamp::Max() : Timestamp::Min();
  }
  return {sum};
}

constexpr Timestamp operator-(Timestamp time, Millis delta) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(time.millis, static_cast<std::int64_t>(delta.count()), &difference)) {
    return delta.count() > 0 ? Timestamp::Min() : Timestamp::Max();
  }
  return {difference};
}

}  // namespace penstock
