#include "common/timestamp.h"

#include <algorithm>
#include <cstdint>
#include <random>

#include <gtest/gtest.h>

namespace penstock {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kMin = Timestamp::Min().millis;
constexpr std::int64_t kMax = Timestamp::Max().millis;

Timestamp Saturated(Wide millis) {
  return {static_cast<std::int64_t>(std::clamp(millis, Wide{kMin}, Wide{kMax}))};
}

/// Near the extremes or zero, or anywhere.
std::int64_t AnyNumber(std::mt19937_64& random) {
  const auto near = static_cast<std::int64_t>(random() % 3);
  switch (random() % 4) {
    case 0: return kMin + near;
    case 1: return kMax - near;
    case 2: return near - 1;
    default: return static_cast<std::int64_t>(random());
  }
}

TEST(TimestampTest, WhenAddedToOrSubtractedFromThenItSaturates) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const std::int64_t time = AnyNumber(random);
    const std::int64_t delta = AnyNumber(random);
    ASSERT_EQ(Timestamp{time} + Millis(delta), Saturated(Wide{time} + delta))
        << time << " + " << delta;
    ASSERT_EQ(Timestamp{time} - Millis(delta), Saturated(Wide{time} - delta))
        << time << " - " << delta;
  }
}

}  // namespace
}  // namespace penstock
