#pragma once

#include <chrono>

#include "common/timestamp.h"

namespace penstock {

/// How with_timestamps derives watermarks.
struct BoundedOutOfOrderness {
  Millis bound{0};
};

/// A record comes at most `bound` later than a newer one: the watermark follows the greatest
/// timestamp seen at that distance. Records that come later still are late.
constexpr BoundedOutOfOrderness bounded_out_of_orderness(Millis bound) { return {bound}; }

/// Records come in the order of their timestamps.
constexpr BoundedOutOfOrderness ordered_timestamps() { return {Millis(0)}; }

// NOLINTNEXTLINE: so that `using namespace penstock;` is enough to write 10min and 7 * 24h.
using namespace std::chrono_literals;

}  // namespace penstock
