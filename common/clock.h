#pragma once

#include <chrono>
#include <memory>

namespace penstock {

/// Time as the runtime sees it; injected, so that tests move it. Thread-safe.
class Clock {
 public:
  using Duration = std::chrono::nanoseconds;
  /// Monotonic; time-outs and intervals are measured with it only.
  using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
  /// Wall clock since the Unix epoch; only for showing and for processing-time semantics.
  using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

  virtual ~Clock() = default;
  virtual MonotonicTime Now() const = 0;
  virtual WallTime Wall() const = 0;
};

/// The machine's clocks. Shared instance, never destroyed.
class SystemClock final : public Clock {
 public:
  static SystemClock& Instance() {
    static SystemClock clock;
    return clock;
  }
  MonotonicTime Now() const override { return std::chrono::steady_clock::now(); }
  WallTime Wall() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
};

inline std::int64_t ToMillis(Clock::WallTime time) { return time.time_since_epoch().count(); }

}  // namespace penstock
