#pragma once

#include "common/clock.h"

namespace penstock {

/// Stands still until a test moves it.
class ManualClock final : public Clock {
 public:
  MonotonicTime Now() const override { return now_; }
  WallTime Wall() const override {
    return WallTime(std::chrono::milliseconds(1'000'000)) +
           std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch());
  }
  void Advance(Duration by) { now_ += by; }
  void Set(MonotonicTime now) { now_ = now; }

 private:
  MonotonicTime now_{std::chrono::seconds(1000)};
};

}  // namespace penstock
