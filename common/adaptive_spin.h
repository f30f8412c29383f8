#pragma once

#include <algorithm>
#include <chrono>

namespace penstock {

/// A short look before a sleep, for threads that are mostly woken again at once. Whoever looks in
/// vain more often than not soon looks only once in a while. It keeps its core while it looks:
/// sched_yield would lose it for milliseconds to a thread that computes. One thread.
class AdaptiveSpin {
 public:
  /// About what it costs to wake a sleeper, so looking at most doubles the price of a wait.
  static constexpr std::chrono::microseconds kLongest{20};

  /// True as soon as ready() is; false when it is time to sleep.
  template <typename Ready>
  bool Try(Ready&& ready) {
    if (skip_ > 0) {
      --skip_;
      return false;
    }
    const auto end = std::chrono::steady_clock::now() + kLongest;
    do {
      for (int i = 0; i < kPauses; ++i) {
        if (ready()) return Succeeded();
        __builtin_ia32_pause();
      }
    } while (std::chrono::steady_clock::now() < end);
    if (ready()) return Succeeded();
    next_skip_ = std::min(next_skip_ * 2, kMostSkipped);
    skip_ = next_skip_;
    return false;
  }

 private:
  static constexpr int kPauses = 8;
  static constexpr int kMostSkipped = 64;

  bool Succeeded() {
    next_skip_ = std::max(next_skip_ / 2, 1);
    return true;
  }

  int skip_ = 0;
  int next_skip_ = 1;
};

}  // namespace penstock
