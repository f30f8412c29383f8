#pragma once

#include <algorithm>
#include <array>
#include <chrono>

#include "common/clock.h"

namespace penstock {

/// How much later than it was due a timer of an event loop has run, of the last hundred times: what
/// everything else in that loop has to wait. Not thread-safe.
class LoopLatency {
 public:
  void Observe(Clock::Duration late) {
    last_ = std::max(late, Clock::Duration::zero());
    seen_[next_] = last_;
    next_ = (next_ + 1) % seen_.size();
  }
  double last_millis() const { return Millis(last_); }
  double most_millis() const { return Millis(*std::max_element(seen_.begin(), seen_.end())); }

 private:
  static double Millis(Clock::Duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
  }

  Clock::Duration last_{};
  std::array<Clock::Duration, 100> seen_{};
  std::size_t next_ = 0;
};

}  // namespace penstock
