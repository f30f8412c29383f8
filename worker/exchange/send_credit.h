#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "common/mutex.h"
#include "graph/exchange_memory.h"
#include "worker/task/task_signal.h"

namespace penstock::exchange {

/// Credit of the sender of a remote channel, in bytes. Grown by the exchange thread, used by the
/// task's. A frame that is larger than what a channel owns goes when that much is there, and
/// overdraws.
class SendCredit {
 public:
  bool MaySend(std::int64_t bytes) const {
    const std::int64_t credit = bytes_.load(std::memory_order_acquire);
    return bytes <= credit || credit >= kOwned;
  }
  void Spend(std::int64_t bytes) { bytes_.fetch_sub(bytes, std::memory_order_acq_rel); }
  /// Of what the channel owns, the share that is spent. Any thread.
  double usage() const {
    const std::int64_t credit = bytes_.load(std::memory_order_relaxed);
    return 1 - static_cast<double>(std::clamp<std::int64_t>(credit, 0, kOwned)) / kOwned;
  }
  /// Takes what is there beyond what the channel owns, to be given back to the receiver.
  std::uint32_t TakeLent() {
    const std::int64_t lent = bytes_.load(std::memory_order_acquire) - kOwned;
    if (lent <= 0) return 0;
    Spend(lent);
    return static_cast<std::uint32_t>(lent);
  }
  /// Notifies the task if it may have been out of credit.
  void Add(std::int64_t bytes) EXCLUDES(mu_) {
    if (bytes_.fetch_add(bytes, std::memory_order_acq_rel) < kOwned) Notify();
  }

  void Notify() EXCLUDES(mu_) {
    MutexLock lock(mu_);
    if (signal_ != nullptr) signal_->Notify();
  }
  /// Null: there is no sender any more.
  void SetSignal(TaskSignal* signal) EXCLUDES(mu_) {
    MutexLock lock(mu_);
    signal_ = signal;
  }

 private:
  static constexpr std::int64_t kOwned = kOwnedCreditBytes;

  std::atomic<std::int64_t> bytes_{kOwned};
  Mutex mu_;
  TaskSignal* signal_ GUARDED_BY(mu_) = nullptr;
};

}  // namespace penstock::exchange
