#pragma once

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace penstock::bench {

namespace internal {
inline double Seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}
}  // namespace internal

/// CPU time, so that other processes on the machine show little.
inline double ThreadSeconds() { return internal::Seconds(CLOCK_THREAD_CPUTIME_ID); }
inline double ProcessSeconds() { return internal::Seconds(CLOCK_PROCESS_CPUTIME_ID); }
inline double WallSeconds() { return internal::Seconds(CLOCK_MONOTONIC); }

inline double Median(std::vector<double> values) {
  auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Keeps the compiler from leaving out what makes `value`.
template <typename T>
void Use(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

inline constexpr int kRepetitions = 7;

/// CPU time of this thread per item in nanoseconds: the median of some repetitions of at least
/// `seconds` each. `body` works on some items and returns their number.
template <typename Body>
double NanosPerItem(Body&& body, double seconds = 0.1) {
  for (double start = ThreadSeconds(); ThreadSeconds() - start < seconds / 2;) body();
  std::vector<double> nanos;
  for (int i = 0; i < kRepetitions; ++i) {
    std::uint64_t items = 0;
    const double start = ThreadSeconds();
    double spent = 0;
    while (spent < seconds) {
      for (int n = 0; n < 16; ++n) items += body();
      spent = ThreadSeconds() - start;
    }
    nanos.push_back(spent * 1e9 / static_cast<double>(items));
  }
  return Median(std::move(nanos));
}

}  // namespace penstock::bench
