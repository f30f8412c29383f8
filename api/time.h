#pragma once

#include <chrono>

#include "api/watermark_strategy.h"
#include "common/timestamp.h"

namespace penstock {

// NOLINTNEXTLINE: so that `using namespace penstock;` is enough to write 10min and 7 * 24h.
using namespace std::chrono_literals;

}  // namespace penstock
