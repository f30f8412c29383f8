#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "api/window.h"
#include "api/window_elements.h"
#include "common/timestamp.h"

namespace penstock {

/// What an evictor gets to know.
struct EvictorContext {
  Timestamp watermark;
  Timestamp processing_time;
};

// An evictor drops records from a window that fires. It is a copyable class with one of these, or
// both; each erases from `elements` what the window is to lose for good. The window's function sees
// what evict_before has left.
//
//   struct DropOutliers {
//     void evict_before(std::vector<penstock::WindowElement<Event>>& elements, penstock::Window,
//                       const penstock::EvictorContext&);
//     void evict_after(std::vector<penstock::WindowElement<Event>>& elements, penstock::Window,
//                      const penstock::EvictorContext&);
//   };
//
// A window with an evictor keeps its records, and holds all of them in memory while it fires.

/// Whether an evictor acts before or after the window's function.
enum class EvictWhen : unsigned char { kBefore, kAfter };

namespace internal {

/// Runs Derived::Evict(elements) before or after the function.
template <typename Derived>
struct TimedEvictor {
  EvictWhen when = EvictWhen::kBefore;

  template <typename T>
  void evict_before(std::vector<WindowElement<T>>& elements, Window, const EvictorContext&) {
    if (when == EvictWhen::kBefore) static_cast<Derived*>(this)->Evict(elements);
  }
  template <typename T>
  void evict_after(std::vector<WindowElement<T>>& elements, Window, const EvictorContext&) {
    if (when == EvictWhen::kAfter) static_cast<Derived*>(this)->Evict(elements);
  }
};

}  // namespace internal

/// Keeps the last `count` records.
struct CountEvictor : internal::TimedEvictor<CountEvictor> {
  CountEvictor(std::uint64_t most, EvictWhen at) : TimedEvictor{at}, count(most) {}

  std::uint64_t count;

  template <typename T>
  void Evict(std::vector<WindowElement<T>>& elements) const {
    if (elements.size() <= count) return;
    elements.erase(elements.begin(), elements.end() - static_cast<std::ptrdiff_t>(count));
  }
};

/// Keeps the records whose timestamps are less than `duration` before the greatest one.
struct TimeEvictor : internal::TimedEvictor<TimeEvictor> {
  TimeEvictor(Millis most, EvictWhen at) : TimedEvictor{at}, duration(most) {}

  Millis duration;

  template <typename T>
  void Evict(std::vector<WindowElement<T>>& elements) const {
    Timestamp greatest = Timestamp::Min();
    for (const auto& element : elements) greatest = std::max(greatest, element.timestamp);
    const Timestamp cut = greatest - duration;
    std::erase_if(elements, [&](const auto& element) { return element.timestamp <= cut; });
  }
};

/// Drops the records for which `delta(record, last record)` is `threshold` or more.
template <typename Delta>
struct DeltaEvictor : internal::TimedEvictor<DeltaEvictor<Delta>> {
  DeltaEvictor(double least, Delta distance, EvictWhen at)
      : internal::TimedEvictor<DeltaEvictor<Delta>>{at},
        threshold(least),
        delta(std::move(distance)) {}

  double threshold;
  Delta delta;

  template <typename T>
  void Evict(std::vector<WindowElement<T>>& elements) {
    if (elements.empty()) return;
    const WindowElement<T> last = elements.back();
    std::erase_if(elements, [&](const auto& element) {
      return std::invoke(delta, element.value(), last.value()) >= threshold;
    });
  }
};

inline CountEvictor count_evictor(std::uint64_t count, EvictWhen when = EvictWhen::kBefore) {
  return {count, when};
}
inline TimeEvictor time_evictor(Millis duration, EvictWhen when = EvictWhen::kBefore) {
  return {duration, when};
}
template <typename Delta>
DeltaEvictor<Delta> delta_evictor(double threshold, Delta delta,
                                  EvictWhen when = EvictWhen::kBefore) {
  return {threshold, std::move(delta), when};
}

}  // namespace penstock
