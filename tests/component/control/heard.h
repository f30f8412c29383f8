#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include "common/mutex.h"

namespace penstock {

/// What other threads have told a test, in order; it waits for that instead of sleeping.
template <typename T>
class Heard {
 public:
  void Add(T item) {
    MutexLock lock(mu_);
    items_.push_back(std::move(item));
    changed_.NotifyAll();
  }
  /// The first `count` items and what has come besides; fewer when they don't come in time.
  std::vector<T> WaitFor(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    MutexLock lock(mu_);
    while (items_.size() < count && std::chrono::steady_clock::now() < deadline) {
      changed_.WaitFor(mu_, std::chrono::milliseconds(100));
    }
    return items_;
  }

 private:
  static constexpr std::chrono::seconds kPatience{20};

  Mutex mu_;
  CondVar changed_;
  std::vector<T> items_ GUARDED_BY(mu_);
};

}  // namespace penstock
