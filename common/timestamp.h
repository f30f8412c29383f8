#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>

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

/// For people, in the largest unit that is exact: "7 d", "90 s", "0 ms".
inline std::string FormatDuration(Millis duration) {
  struct Unit {
    std::int64_t millis;
    const char* name;
  };
  constexpr Unit kUnits[] = {{86'400'000, " d"}, {3'600'000, " h"}, {60'000, " min"}, {1000, " s"}};
  const std::int64_t millis = duration.count();
  for (const Unit& unit : kUnits) {
    if (millis != 0 && millis % unit.millis == 0) {
      return std::to_string(millis / unit.millis) + unit.name;
    }
  }
  return std::to_string(millis) + " ms";
}

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

/// As far as it can be said: the greatest or least duration beyond that.
constexpr Millis operator-(Timestamp later, Timestamp earlier) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(later.millis, earlier.millis, &difference)) {
    return later.millis > 0 ? Millis::max() : Millis::min();
  }
  return Millis(difference);
}

}  // namespace penstock
