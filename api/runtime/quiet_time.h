#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "common/clock.h"
#include "common/timestamp.h"

namespace penstock {

/// Decides when a split or a stream is idle: adds up the time between looks that found nothing.
/// Between two of them no more counts than was meant to pass, and a little; so the time in which
/// nobody looked, under back-pressure or in a long call, does not.
class QuietTime {
 public:
  /// `limit`: none is never idle.
  explicit QuietTime(std::optional<Millis> limit) {
    if (limit) limit_ = std::min(*limit, kLongest);
  }

  void OnRecords() {
    quiet_ = Clock::Duration(0);
    last_.reset();
  }
  /// Nothing has come, and the next look is meant for `next`. Returns when to look at the latest,
  /// so as to see in time that it is idle.
  Clock::MonotonicTime OnNothing(Clock::MonotonicTime now, Clock::MonotonicTime next) {
    if (!limit_ || idle()) return next;
    if (last_) quiet_ += std::min(now - *last_, meant_ + kALittle);
    last_ = now;
    if (!idle()) next = std::min(next, now + (*limit_ - quiet_));
    meant_ = next - now;
    return next;
  }
  /// What is there can't be told: the time since the last look does not count.
  void OnNoAnswer() { last_.reset(); }

  bool idle() const { return limit_ && quiet_ >= *limit_; }

 private:
  static constexpr Clock::Duration kALittle = std::chrono::milliseconds(20);
  static constexpr Millis kLongest = std::chrono::hours(24 * 365 * 100);

  std::optional<Clock::Duration> limit_;
  Clock::Duration quiet_{0};
  Clock::Duration meant_{0};                    // from the last look to the next one
  std::optional<Clock::MonotonicTime> last_{};  // look that found nothing
};

}  // namespace penstock
