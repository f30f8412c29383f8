#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "api/runtime/operator.h"
#include "common/mutex.h"

namespace penstock::testing {

/// Waits for other threads for real, but not for ever: when nobody wakes it for as long as the
/// limit, the wait ends as if the task were cancelled, and TakeTimedOut() tells of it. Deadlines
/// are of the operator's clock; one that has passed ends the wait at once.
class TestWaker final : public TaskWaker {
 public:
  using Limit = std::chrono::milliseconds;

  static constexpr Limit kDefaultLimit = std::chrono::seconds(10);

  explicit TestWaker(const Clock& clock, Limit limit = kDefaultLimit)
      : clock_(clock), limit_(limit) {}

  void Wake() override {
    MutexLock lock(mu_);
    woken_ = true;
    changed_.NotifyAll();
  }
  bool Wait(std::optional<Clock::MonotonicTime> deadline) override {
    if (deadline && *deadline <= clock_.Now()) return true;
    if (WaitForWake()) return true;
    timed_out_ = true;
    return false;
  }
  /// False when the limit has passed without a Wake since the last wait.
  bool WaitForWake() {
    MutexLock lock(mu_);
    const auto end = std::chrono::steady_clock::now() + limit_;
    while (!woken_) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= left.zero()) return false;
      changed_.WaitFor(mu_, left);
    }
    woken_ = false;
    return true;
  }

  /// Of the task's thread.
  void set_limit(Limit limit) { limit_ = limit; }
  Limit limit() const { return limit_; }
  /// Whether a Wait has ended by the limit since the last call.
  bool TakeTimedOut() { return std::exchange(timed_out_, false); }

 private:
  const Clock& clock_;
  // Task thread only.
  Limit limit_;
  bool timed_out_ = false;

  Mutex mu_;
  CondVar changed_;
  bool woken_ GUARDED_BY(mu_) = false;
};

}  // namespace penstock::testing
