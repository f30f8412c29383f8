#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "common/clock.h"

namespace penstock::testing {

/// A clock that tests move: monotonic time and wall clock in step, from one hour after their
/// beginning. Thread-safe.
class ManualClock final : public Clock {
 public:
  MonotonicTime Now() const override {
    return MonotonicTime(Duration(now_.load(std::memory_order_acquire)));
  }
  WallTime Wall() const override {
    return WallTime(
        std::chrono::duration_cast<std::chrono::milliseconds>(Now().time_since_epoch()));
  }
  void Advance(Duration by) { now_.fetch_add(by.count(), std::memory_order_acq_rel); }

 private:
  std::atomic<std::int64_t> now_{Duration(std::chrono::hours(1)).count()};
};

}  // namespace penstock::testing
