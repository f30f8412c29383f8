#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "api/evictor.h"
#include "api/runtime/window_assigner.h"
#include "api/triggers.h"
#include "api/window.h"

namespace penstock {

// Which windows a record belongs to, one class for each description in api/window.h:
//   kEventTime   windows end by the watermark, and records can be late
//   kMerging     windows that touch become one; then there is WindowOf(record, time), else
//                ForEachOf(time, add) and Guess(time), one of them
//   kEndless     windows never end
//   Trigger      what fires them unless the job says otherwise
// `time` is the record's timestamp, or the wall clock's for windows of processing time.

template <typename Spec>
class WindowsOf;

/// TumblingWindows and SlidingWindows.
template <typename Spec>
requires std::is_base_of_v<WindowSpec, Spec>
class WindowsOf<Spec> {
 public:
  static constexpr bool kEventTime = true;
  static constexpr bool kMerging = false;
  static constexpr bool kEndless = false;
  using Trigger = EventTimeTrigger;

  explicit WindowsOf(const Spec& spec) : assigner_(spec) {}

  template <typename Add>
  void ForEachOf(Timestamp time, Add&& add) const {
    assigner_.ForEachOf(time, std::forward<Add>(add));
  }
  Window Guess(Timestamp time) const { return assigner_.LatestOf(time); }

 private:
  WindowAssigner assigner_;
};

template <>
class WindowsOf<SessionWindows> {
 public:
  static constexpr bool kEventTime = true;
  static constexpr bool kMerging = true;
  static constexpr bool kEndless = false;
  using Trigger = EventTimeTrigger;

  explicit WindowsOf(SessionWindows spec) : gap_(spec.gap) {}

  template <typename T>
  Window WindowOf(const T&, Timestamp time) const {
    return {time, time + gap_};
  }

 private:
  Millis gap_;
};

[[noreturn, gnu::cold]] inline void ThrowForGap(Millis gap) {
  throw std::invalid_argument("the function of session() returned a gap of " +
                              std::to_string(gap.count()) +
                              " ms: it must be at least one millisecond");
}

template <typename GapFn>
class WindowsOf<DynamicSessionWindows<GapFn>> {
 public:
  static constexpr bool kEventTime = true;
  static constexpr bool kMerging = true;
  static constexpr bool kEndless = false;
  using Trigger = EventTimeTrigger;

  explicit WindowsOf(DynamicSessionWindows<GapFn> spec) : gap_(std::move(spec.gap)) {}

  template <typename T>
  Window WindowOf(const T& record, Timestamp time) const {
    static_assert(std::is_invocable_r_v<Millis, const GapFn&, const T&>,
                  "the function of session() takes one record of the stream by const reference and "
                  "returns the gap as a duration");
    const Millis gap = std::invoke(gap_, record);
    if (gap.count() < 1) ThrowForGap(gap);
    return {time, time + gap};
  }

 private:
  GapFn gap_;
};

template <>
class WindowsOf<GlobalWindows> {
 public:
  static constexpr bool kEventTime = false;
  static constexpr bool kMerging = false;
  static constexpr bool kEndless = true;
  using Trigger = NeverTrigger;

  explicit WindowsOf(GlobalWindows) {}

  template <typename Add>
  void ForEachOf(Timestamp, Add&& add) const {
    add(Guess({}));
  }
  static constexpr Window Guess(Timestamp) { return {Timestamp::Min(), Timestamp::Max()}; }
};

template <>
class WindowsOf<CountWindows> : public WindowsOf<GlobalWindows> {
 public:
  using Trigger = PurgingTrigger<CountTrigger>;

  explicit WindowsOf(CountWindows) : WindowsOf<GlobalWindows>(GlobalWindows{}) {}
};

template <>
class WindowsOf<SlidingCountWindows> : public WindowsOf<GlobalWindows> {
 public:
  using Trigger = CountTrigger;

  explicit WindowsOf(SlidingCountWindows) : WindowsOf<GlobalWindows>(GlobalWindows{}) {}
};

template <typename Spec>
class WindowsOf<ProcessingTimeWindows<Spec>> : public WindowsOf<Spec> {
 public:
  static_assert(WindowsOf<Spec>::kEventTime,
                "processing_time() is for tumbling(...), sliding(...) and session(...)");
  static constexpr bool kEventTime = false;
  using Trigger = ProcessingTimeTrigger;

  explicit WindowsOf(ProcessingTimeWindows<Spec> spec) : WindowsOf<Spec>(std::move(spec.windows)) {}
};

// What fires windows, and what drops records from them, unless the job says otherwise.

template <typename Spec>
auto DefaultTrigger(const Spec&) {
  return typename WindowsOf<Spec>::Trigger{};
}
inline auto DefaultTrigger(const CountWindows& spec) {
  return PurgingTrigger<CountTrigger>{count_trigger(spec.size)};
}
inline auto DefaultTrigger(const SlidingCountWindows& spec) { return count_trigger(spec.slide); }

struct NoEvictor {};

template <typename Spec>
NoEvictor DefaultEvictor(const Spec&) {
  return {};
}
inline CountEvictor DefaultEvictor(const SlidingCountWindows& spec) {
  return count_evictor(spec.size);
}

}  // namespace penstock
