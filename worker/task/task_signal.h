#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "common/adaptive_spin.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace penstock {

/// What a task waits for.
enum class WaitReason : unsigned char {
  kInput,   ///< Records, time or mail: it is idle.
  kCredit,  ///< Room at an output: it is back-pressured.
};

/// Time that a task has spent waiting since its start, a wait that goes on included.
struct WaitTimes {
  std::chrono::nanoseconds idle{0};
  std::chrono::nanoseconds back_pressured{0};
  bool waiting = false;
};

/// What a task's thread waits on: the one wait point for input, credit, mail and time, and
/// therefore where idle and back-pressured time are counted. Anybody notifies; only the task's
/// thread waits. A notification between two waits is never lost.
///
/// Waking a sleeper costs more than handing over a batch, so a wait first looks for a short while
/// whether the notification comes, and only then sleeps; it does so as long as that pays.
class TaskSignal {
 public:
  void Notify() EXCLUDES(mu_) {
    if (state_.exchange(State::kRaised, std::memory_order_acq_rel) != State::kSleeping) return;
    MutexLock lock(mu_);
    cv_.NotifyOne();
  }

  /// Returns at once when Notify was called since the last return, else at the next one or at
  /// `deadline`.
  void Wait(std::optional<Clock::MonotonicTime> deadline, WaitReason reason = WaitReason::kCredit)
      EXCLUDES(mu_) {
    if (Lower()) return;
    BeginWait(reason);
    if (!spin_.Try([this] { return Lower(); })) Sleep(deadline);
    EndWait(reason);
  }

  /// Any thread.
  WaitTimes times() const {
    WaitTimes times{std::chrono::nanoseconds(total(WaitReason::kInput).load(kRelaxed)),
                    std::chrono::nanoseconds(total(WaitReason::kCredit).load(kRelaxed))};
    const std::int64_t since = waiting_since_.load(std::memory_order_acquire);
    if (since == 0) return times;
    times.waiting = true;
    const std::chrono::nanoseconds waited(Nanos() - since);
    const bool idle = reason_.load(kRelaxed) == WaitReason::kInput;
    (idle ? times.idle : times.back_pressured) += waited;
    return times;
  }

 private:
  enum class State : unsigned char { kQuiet, kRaised, kSleeping };
  static constexpr auto kRelaxed = std::memory_order_relaxed;

  /// Takes back the notification; false when there is none.
  bool Lower() {
    if (state_.load(kRelaxed) != State::kRaised) return false;
    state_.exchange(State::kQuiet, std::memory_order_acq_rel);
    return true;
  }
  void Sleep(std::optional<Clock::MonotonicTime> deadline) EXCLUDES(mu_) {
    MutexLock lock(mu_);
    State expected = State::kQuiet;
    state_.compare_exchange_strong(expected, State::kSleeping, std::memory_order_acq_rel);
    while (state_.load(std::memory_order_acquire) != State::kRaised) {
      if (!deadline) {
        cv_.Wait(mu_);
        continue;
      }
      const auto left = *deadline - std::chrono::steady_clock::now();
      if (left.count() <= 0) break;
      cv_.WaitFor(mu_, left);
    }
    state_.exchange(State::kQuiet, std::memory_order_acq_rel);
  }

  static std::int64_t Nanos() {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  const std::atomic<std::int64_t>& total(WaitReason reason) const {
    return reason == WaitReason::kInput ? idle_ : back_pressured_;
  }
  void BeginWait(WaitReason reason) {
    reason_.store(reason, kRelaxed);
    waiting_since_.store(Nanos(), std::memory_order_release);
  }
  void EndWait(WaitReason reason) {
    auto& sum = reason == WaitReason::kInput ? idle_ : back_pressured_;
    const std::int64_t waited = Nanos() - waiting_since_.load(kRelaxed);
    waiting_since_.store(0, std::memory_order_release);
    sum.store(sum.load(kRelaxed) + waited, kRelaxed);
  }

  Mutex mu_;
  CondVar cv_;
  std::atomic<State> state_{State::kQuiet};

  AdaptiveSpin spin_;  // task thread only

  // Written by the task's thread.
  std::atomic<std::int64_t> idle_{0};
  std::atomic<std::int64_t> back_pressured_{0};
  std::atomic<std::int64_t> waiting_since_{0};  // 0: not waiting
  std::atomic<WaitReason> reason_{WaitReason::kInput};
};

}  // namespace penstock
