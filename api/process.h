#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/collector.h"
#include "api/operator_state.h"
#include "api/runtime/evolution_of.h"
#include "api/runtime/timer_table.h"
#include "api/runtime/value_state.h"
#include "api/state.h"
#include "common/clock.h"
#include "common/timestamp.h"

namespace penstock {

template <typename T, typename KeyFn, typename Fn>
class ProcessOperator;
template <typename K>
class ProcessContext;

namespace internal {

/// All timers of a process function at one subtask, and whether it has ever set one of a kind.
template <typename K>
struct ProcessTimers {
  TimerTable<K> event_time;
  TimerTable<K> processing_time;
  bool sets_event_time = false;
  bool sets_processing_time = false;
};

}  // namespace internal

/// The timers of the current key. Inside process(), on_timer() and on_processing_timer() only.
template <typename K>
class Timers {
 public:
  /// on_timer(time) is called when the watermark reaches `time`; with the next watermark if it is
  /// past already, or in the same round when set in on_timer. A timer that is set already is not
  /// set twice.
  void set(Timestamp time) {
    timers_.sets_event_time = true;
    timers_.event_time.Set(*current_.key, current_.hash, time);
  }
  /// Nothing happens when there is no such timer.
  void erase(Timestamp time) { timers_.event_time.Erase(*current_.key, current_.hash, time); }

  /// on_processing_timer(time) is called when the wall clock reaches `time`, or as soon as possible
  /// after it: at once when it is past already, and after a restore when it was reached meanwhile.
  /// A timer that is set already is not set twice.
  void set_processing_time(Timestamp time) {
    timers_.sets_processing_time = true;
    timers_.processing_time.Set(*current_.key, current_.hash, time);
  }
  /// Nothing happens when there is no such timer.
  void erase_processing_time(Timestamp time) {
    timers_.processing_time.Erase(*current_.key, current_.hash, time);
  }

 private:
  friend class ProcessContext<K>;

  Timers(internal::ProcessTimers<K>& timers, const internal::CurrentKey<K>& current)
      : timers_(timers), current_(current) {}

  internal::ProcessTimers<K>& timers_;
  const internal::CurrentKey<K>& current_;
};

/// What process(), on_timer() and on_processing_timer() get to know. Valid during the call.
template <typename K>
class ProcessContext {
 public:
  const K& key() const { return *current_.key; }
  /// Of the record; for a timer the timer's time.
  Timestamp timestamp() const { return timestamp_; }
  /// Timestamp::Min() before the first one.
  Timestamp watermark() const { return watermark_; }
  /// The wall clock.
  Timestamp processing_time() const { return {ToMillis(clock_.Wall())}; }
  Timers<K>& timers() { return timers_; }

 private:
  template <typename, typename, typename>
  friend class ProcessOperator;

  ProcessContext(internal::ProcessTimers<K>& timers, const internal::CurrentKey<K>& current,
                 const Clock& clock)
      : clock_(clock), current_(current), timers_(timers, current) {}

  const Clock& clock_;
  const internal::CurrentKey<K>& current_;
  Timers<K> timers_;
  Timestamp timestamp_;
  Timestamp watermark_ = Timestamp::Min();
};

/// Base of a function with keyed state and timers:
///   struct CountAlerts : penstock::KeyedProcess<std::string, Event, Alert> {
///     penstock::ValueState<int> count{this, "count"};
///     void process(const Event& event, Context& context, penstock::Collector<Alert>& out);
///     void on_timer(penstock::Timestamp time, Context& context, penstock::Collector<Alert>& out);
///   };
/// on_timer may be left out when no timer is set; on_processing_timer, for timers of the wall
/// clock, has the same form, and what it collects has the timer's time unless it says otherwise.
/// Operator states (api/operator_state.h) may be members too. The function is copied into every
/// subtask; each copy is called by one thread. Members that are not states are lost in a failure.
template <typename K, typename In, typename Out>
class KeyedProcess : public internal::OperatorStateOwner {
 public:
  using Key = K;
  using Input = In;
  using Output = Out;
  using Context = ProcessContext<K>;

 private:
  template <typename>
  friend class ValueState;
  template <typename, typename, typename>
  friend class ProcessOperator;
  template <typename Fn>
  friend std::vector<StateDescriptor> ProcessStates(const std::string& uid, const Fn& function);

  template <typename V>
  void Declare(ValueState<V>& state, std::string name) {
    states_.push_back({reinterpret_cast<char*>(&state) - reinterpret_cast<char*>(this),
                       std::move(name), &FingerprintOf<V>, &EvolutionOf<V>, &Bind<V>});
  }
  template <typename V>
  static std::unique_ptr<internal::BoundState> Bind(void* state, StateDescriptor descriptor,
                                                    KeyGroupRange groups,
                                                    std::uint32_t max_parallelism,
                                                    const internal::CurrentKey<K>& current) {
    auto cell = std::make_unique<internal::TableCell<K, V>>(std::move(descriptor), groups,
                                                            max_parallelism, current);
    static_cast<ValueState<V>*>(state)->cell_ = cell.get();
    return cell;
  }

  std::vector<internal::StateDeclaration<K>> states_;
};

}  // namespace penstock
