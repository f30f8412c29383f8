#pragma once

#include <algorithm>
#include <chrono>

#include "common/clock.h"

namespace penstock {

/// How long to wait before the next attempt to connect: 50 ms, then twice as long each time, up to
/// 5 s.
class Backoff {
 public:
  Clock::Duration Next() {
    const Clock::Duration wait = next_;
    next_ = std::min<Clock::Duration>(2 * next_, kLongest);
    return wait;
  }
  void Reset() { next_ = kFirst; }

 private:
  static constexpr Clock::Duration kFirst = std::chrono::milliseconds(50);
  static constexpr Clock::Duration kLongest = std::chrono::seconds(5);

  Clock::Duration next_ = kFirst;
};

}  // namespace penstock
