#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "api/runtime/owned_record.h"
#include "api/trigger.h"
#include "api/window.h"
#include "common/timestamp.h"

namespace penstock {

/// Fires when the watermark has passed the end of the window, and at each later record that is
/// not too late. The default of event-time windows.
struct EventTimeTrigger {
  using Context = TriggerContext<NoTriggerState>;

  template <typename T>
  TriggerResult on_element(const T&, Timestamp, Window window, Context& context) const {
    if (window.max_timestamp() <= context.watermark()) return TriggerResult::kFire;
    context.set_timer(window.max_timestamp());
    return TriggerResult::kContinue;
  }
  TriggerResult on_event_time(Timestamp time, Window window, Context&) const {
    return time == window.max_timestamp() ? TriggerResult::kFire : TriggerResult::kContinue;
  }
  void on_merge(Window window, std::span<const NoTriggerState>, Context& context) const {
    if (window.max_timestamp() > context.watermark()) context.set_timer(window.max_timestamp());
  }
  void clear(Window window, Context& context) const { context.erase_timer(window.max_timestamp()); }
};

/// Fires when the wall clock has passed the end of the window. The default of processing-time
/// windows.
struct ProcessingTimeTrigger {
  using Context = TriggerContext<NoTriggerState>;

  template <typename T>
  TriggerResult on_element(const T&, Timestamp, Window window, Context& context) const {
    context.set_processing_timer(window.max_timestamp());
    return TriggerResult::kContinue;
  }
  TriggerResult on_processing_time(Timestamp, Window, Context&) const {
    return TriggerResult::kFire;
  }
  void on_merge(Window window, std::span<const NoTriggerState>, Context& context) const {
    if (window.max_timestamp() > context.processing_time()) {
      context.set_processing_timer(window.max_timestamp());
    }
  }
  void clear(Window window, Context& context) const {
    context.erase_processing_timer(window.max_timestamp());
  }
};

/// Fires at every `count`-th record of a window.
struct CountTrigger {
  struct State {
    std::uint64_t count = 0;
  };
  using Context = TriggerContext<State>;

  std::uint64_t count = 0;

  std::string Problem() const {
    return count > 0 ? "" : "a count trigger needs at least one record";
  }
  template <typename T>
  TriggerResult on_element(const T&, Timestamp, Window, Context& context) const {
    if (++context.state().count < count) return TriggerResult::kContinue;
    context.state().count = 0;
    return TriggerResult::kFire;
  }
  void on_merge(Window, std::span<const State> merged, Context& context) const {
    for (const State& state : merged) context.state().count += state.count;
  }
};

/// Fires never: the default of global windows.
struct NeverTrigger {
  using Context = TriggerContext<NoTriggerState>;

  template <typename T>
  TriggerResult on_element(const T&, Timestamp, Window, Context&) const {
    return TriggerResult::kContinue;
  }
  void on_merge(Window, std::span<const NoTriggerState>, Context&) const {}
};

/// Fires when `delta(last, record)` exceeds `threshold`; `last` is the record at which it fired
/// last, or the window's first.
template <typename T, typename Delta>
struct DeltaTrigger {
  struct State {
    std::optional<Owned<T>> last;
  };
  using Context = TriggerContext<State>;

  double threshold = 0;
  Delta delta;

  TriggerResult on_element(const T& record, Timestamp, Window, Context& context) {
    std::optional<Owned<T>>& last = context.state().last;
    if (last && !(std::invoke(delta, RecordOf(*last), record) > threshold)) {
      return TriggerResult::kContinue;
    }
    const bool first = !last;
    last = record;
    return first ? TriggerResult::kContinue : TriggerResult::kFire;
  }
};

/// When a window that fires in intervals is to fire next.
struct NextFiring {
  std::optional<Timestamp> time;
};

namespace internal {

inline std::string IntervalProblem(Millis interval) {
  return interval.count() > 0 ? "" : "the interval of a trigger must be at least one millisecond";
}
/// The start of the interval of the given length that `time` lies in.
constexpr Timestamp IntervalStart(Timestamp time, Millis interval) {
  const std::int64_t rest = time.millis % interval.count();
  return time - Millis(rest < 0 ? rest + interval.count() : rest);
}
inline std::optional<Timestamp> Earliest(std::span<const NextFiring> states) {
  std::optional<Timestamp> earliest;
  for (const NextFiring& state : states) {
    if (state.time && (!earliest || *state.time < *earliest)) earliest = state.time;
  }
  return earliest;
}

}  // namespace internal

/// Fires at the multiples of `interval` of event time behind the first record, and at the end of
/// the window.
struct ContinuousEventTimeTrigger {
  using State = NextFiring;
  using Context = TriggerContext<State>;

  Millis interval{0};

  std::string Problem() const { return internal::IntervalProblem(interval); }
  template <typename T>
  TriggerResult on_element(const T&, Timestamp time, Window window, Context& context) const {
    if (window.max_timestamp() <= context.watermark()) return TriggerResult::kFire;
    context.set_timer(window.max_timestamp());
    if (!context.state().time) {
      SetNext(internal::IntervalStart(time, interval), window, context);
    }
    return TriggerResult::kContinue;
  }
  TriggerResult on_event_time(Timestamp time, Window window, Context& context) const {
    if (time == window.max_timestamp()) return TriggerResult::kFire;
    if (context.state().time != time) return TriggerResult::kContinue;
    SetNext(time, window, context);
    return TriggerResult::kFire;
  }
  void on_merge(Window window, std::span<const State> merged, Context& context) const {
    context.state().time = internal::Earliest(merged);
    if (context.state().time) context.set_timer(*context.state().time);
    if (window.max_timestamp() > context.watermark()) context.set_timer(window.max_timestamp());
  }
  void clear(Window window, Context& context) const {
    if (context.state().time) context.erase_timer(*context.state().time);
    context.erase_timer(window.max_timestamp());
    context.state().time.reset();
  }

 private:
  void SetNext(Timestamp from, Window window, Context& context) const {
    Timestamp next = std::min(from + interval, window.max_timestamp());
    // At the end of the input a window without an end fires once more, not at every interval.
    if (context.watermark() == Timestamp::Max() && window.end == Timestamp::Max())
      next = window.end;
    context.state().time = next;
    context.set_timer(next);
  }
};

/// Fires at the multiples of `interval` of the wall clock behind the first record, and when it
/// reaches the end of the window.
struct ContinuousProcessingTimeTrigger {
  using State = NextFiring;
  using Context = TriggerContext<State>;

  Millis interval{0};

  std::string Problem() const { return internal::IntervalProblem(interval); }
  template <typename T>
  TriggerResult on_element(const T&, Timestamp, Window window, Context& context) const {
    if (!context.state().time) {
      SetNext(internal::IntervalStart(context.processing_time(), interval), window, context);
    }
    return TriggerResult::kContinue;
  }
  TriggerResult on_processing_time(Timestamp time, Window window, Context& context) const {
    if (context.state().time != time) return TriggerResult::kContinue;
    SetNext(time, window, context);
    return TriggerResult::kFire;
  }
  void on_merge(Window, std::span<const State> merged, Context& context) const {
    context.state().time = internal::Earliest(merged);
    if (context.state().time) context.set_processing_timer(*context.state().time);
  }
  void clear(Window, Context& context) const {
    if (context.state().time) context.erase_processing_timer(*context.state().time);
    context.state().time.reset();
  }

 private:
  void SetNext(Timestamp from, Window window, Context& context) const {
    // Intervals that have been missed count once.
    Timestamp next =
        std::max(from, internal::IntervalStart(context.processing_time(), interval)) + interval;
    if (window.max_timestamp() > from) next = std::min(next, window.max_timestamp());
    context.state().time = next;
    context.set_processing_timer(next);
  }
};

/// As another trigger, but forgets the contents whenever that fires.
template <typename Nested>
struct PurgingTrigger {
  using State = TriggerState<Nested>;
  using Context = TriggerContext<State>;

  Nested nested;

  std::string Problem() const {
    if constexpr (requires { nested.Problem(); }) return nested.Problem();
    return "";
  }
  template <typename T>
  TriggerResult on_element(const T& record, Timestamp time, Window window, Context& context) {
    return Purging(nested.on_element(record, time, window, context));
  }
  TriggerResult on_event_time(Timestamp time, Window window, Context& context) requires
      requires(Nested n) {
    n.on_event_time(time, window, context);
  }
  { return Purging(nested.on_event_time(time, window, context)); }
  TriggerResult on_processing_time(Timestamp time, Window window, Context& context) requires
      requires(Nested n) {
    n.on_processing_time(time, window, context);
  }
  { return Purging(nested.on_processing_time(time, window, context)); }
  void on_merge(Window window, std::span<const State> merged, Context& context) requires
      requires(Nested n) {
    n.on_merge(window, merged, context);
  }
  { nested.on_merge(window, merged, context); }
  void clear(Window window, Context& context) requires requires(Nested n) {
    n.clear(window, context);
  }
  { nested.clear(window, context); }

 private:
  static TriggerResult Purging(TriggerResult result) {
    return Fires(result) ? TriggerResult::kFireAndPurge : result;
  }
};

/// What delta_trigger() returns: the record type follows from the stream.
template <typename Delta>
struct DeltaTriggerDescription {
  double threshold = 0;
  Delta delta;

  template <typename T>
  DeltaTrigger<T, Delta> trigger_for() const {
    static_assert(std::is_invocable_r_v<double, const Delta&, const T&, const T&>,
                  "the function of delta_trigger() takes two records of the stream by const "
                  "reference and returns their distance as a number");
    return {threshold, delta};
  }
};
template <typename Nested>
struct PurgingTriggerDescription {
  Nested nested;

  template <typename T>
  auto trigger_for() const {
    auto bound = internal::BindTrigger<T>(nested);
    return PurgingTrigger<decltype(bound)>{std::move(bound)};
  }
};

inline EventTimeTrigger event_time_trigger() { return {}; }
inline ProcessingTimeTrigger processing_time_trigger() { return {}; }
inline CountTrigger count_trigger(std::uint64_t count) { return {count}; }
inline NeverTrigger never_trigger() { return {}; }
inline ContinuousEventTimeTrigger continuous_event_time_trigger(Millis interval) {
  return {interval};
}
inline ContinuousProcessingTimeTrigger continuous_processing_time_trigger(Millis interval) {
  return {interval};
}
template <typename Delta>
DeltaTriggerDescription<Delta> delta_trigger(double threshold, Delta delta) {
  return {threshold, std::move(delta)};
}
template <typename Nested>
PurgingTriggerDescription<Nested> purging_trigger(Nested nested) {
  return {std::move(nested)};
}

}  // namespace penstock
