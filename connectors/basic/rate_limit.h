#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>

#include "common/clock.h"
#include "common/status.h"

namespace penstock {

/// OK above 0.
[[gnu::cold]] inline Status CheckRate(double records_per_second) {
  if (records_per_second > 0) return Status::Ok();
  return Status::InvalidArgument("the rate of a source must be above 0",
                                 "leave .rate() out for an unlimited rate");
}

/// Spreads records evenly over time. Time that passed without a call is made up for up to 100 ms.
/// One thread at a time.
class RateLimit {
 public:
  /// Records per second; 0 for no limit.
  explicit RateLimit(double per_second) : interval_(per_second > 0 ? 1e9 / per_second : 0) {}

  /// How many of `wanted` records may be read at `now`. When that is none: ask again at next().
  std::size_t Take(Clock::MonotonicTime now, std::size_t wanted) {
    if (interval_ == 0) return wanted;
    if (!started_ || next() < now - kBurst) Restart(now);
    const double due = static_cast<double>((now - start_).count()) / interval_ + kRounding;
    const auto allowed = static_cast<std::size_t>(std::max(0.0, due)) + 1;
    const std::size_t granted = allowed > taken_ ? std::min(wanted, allowed - taken_) : 0;
    taken_ += granted;
    return granted;
  }
  /// Of the records granted last, `unread` were not read.
  void GiveBack(std::size_t unread) { taken_ -= interval_ == 0 ? 0 : unread; }
  /// When the next record is due.
  Clock::MonotonicTime next() const {
    return start_ + Clock::Duration(std::llround(interval_ * static_cast<double>(taken_)));
  }

 private:
  static constexpr Clock::Duration kBurst = std::chrono::milliseconds(100);
  /// In records: so that one is due at next() although that is a whole number of nanoseconds.
  static constexpr double kRounding = 1e-3;

  void Restart(Clock::MonotonicTime now) {
    start_ = started_ ? now - kBurst : now;
    started_ = true;
    taken_ = 0;
  }

  const double interval_;  // nanoseconds between two records
  bool started_ = false;
  Clock::MonotonicTime start_{};
  std::size_t taken_ = 0;  // since start_
};

}  // namespace penstock
