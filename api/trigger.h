#pragma once

#include <span>
#include <type_traits>
#include <utility>

#include "api/window.h"
#include "common/timestamp.h"

namespace penstock {

/// What a trigger wants done with its window.
enum class TriggerResult : unsigned char {
  kContinue,      ///< Nothing.
  kFire,          ///< Emit the result, keep the contents.
  kPurge,         ///< Forget the contents.
  kFireAndPurge,  ///< Emit the result, then forget the contents.
};

constexpr bool Fires(TriggerResult result) {
  return result == TriggerResult::kFire || result == TriggerResult::kFireAndPurge;
}
constexpr bool Purges(TriggerResult result) {
  return result == TriggerResult::kPurge || result == TriggerResult::kFireAndPurge;
}

/// The state of triggers without one.
struct NoTriggerState {};

namespace internal {

/// The timers of the window at hand, whatever its key.
class TriggerTimers {
 public:
  virtual ~TriggerTimers() = default;
  virtual void SetEventTime(Timestamp time) = 0;
  virtual void EraseEventTime(Timestamp time) = 0;
  virtual void SetProcessingTime(Timestamp time) = 0;
  virtual void EraseProcessingTime(Timestamp time) = 0;
};

/// The times of an operator, as of the call at hand.
struct OperatorTimes {
  Timestamp watermark = Timestamp::Min();
  Timestamp processing = Timestamp::Min();
};

}  // namespace internal

/// What the hooks of a trigger get to know; valid during the call. Timers are those of the window
/// at hand: on_event_time(time) is called when the watermark has reached `time`, with the next
/// watermark if it has already, on_processing_time(time) when the wall clock has.
template <typename State>
class TriggerContext {
 public:
  /// For operators.
  TriggerContext(internal::TriggerTimers& timers, const internal::OperatorTimes& times)
      : timers_(timers), times_(times) {}
  void SetState(State& state) { state_ = &state; }

  Timestamp watermark() const { return times_.watermark; }
  /// The wall clock.
  Timestamp processing_time() const { return times_.processing; }
  /// Setting a timer that is set changes nothing, as erasing one that isn't.
  void set_timer(Timestamp time) { timers_.SetEventTime(time); }
  void erase_timer(Timestamp time) { timers_.EraseEventTime(time); }
  void set_processing_timer(Timestamp time) { timers_.SetProcessingTime(time); }
  void erase_processing_timer(Timestamp time) { timers_.EraseProcessingTime(time); }
  /// Of this window: State{} at first; kept, through failures too, until the window is cleared.
  State& state() { return *state_; }

 private:
  internal::TriggerTimers& timers_;
  const internal::OperatorTimes& times_;
  State* state_ = nullptr;
};

// A trigger decides when a window emits its result. It is a copyable class with these hooks, of
// which only the first is needed; `State` (none: NoTriggerState) is a plain struct like a record,
// and Context is penstock::TriggerContext<State>:
//
//   struct EveryTenth {
//     struct State { std::uint32_t count = 0; };
//     using Context = penstock::TriggerContext<State>;
//     penstock::TriggerResult on_element(const Event&, penstock::Timestamp time,
//                                        penstock::Window, Context&);
//     penstock::TriggerResult on_event_time(penstock::Timestamp time, penstock::Window, Context&);
//     penstock::TriggerResult on_processing_time(penstock::Timestamp, penstock::Window, Context&);
//     // Sessions: `window` has come of others; their states are given, its own is State{}.
//     void on_merge(penstock::Window window, std::span<const State> merged, Context&);
//     // The window is gone: timers that it has set are to be erased.
//     void clear(penstock::Window, Context&);
//   };
//
// One object serves all windows of a subtask, so what belongs to a window goes into its State. A
// method std::string Problem() const, if there is one, says when the job is submitted what is wrong
// with the trigger.

namespace internal {

template <typename Trigger>
struct TriggerStateOf {
  using type = NoTriggerState;
};
template <typename Trigger>
requires requires { typename Trigger::State; }
struct TriggerStateOf<Trigger> {
  using type = typename Trigger::State;
};

/// The trigger for records T that a description such as delta_trigger() stands for.
template <typename T, typename Trigger>
auto BindTrigger(Trigger trigger) {
  if constexpr (requires { trigger.template trigger_for<T>(); }) {
    return trigger.template trigger_for<T>();
  } else {
    return trigger;
  }
}

}  // namespace internal

template <typename Trigger>
using TriggerState = typename internal::TriggerStateOf<Trigger>::type;

}  // namespace penstock
