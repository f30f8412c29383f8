#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/aggregating_state.h"
#include "api/collector.h"
#include "api/list_state.h"
#include "api/map_state.h"
#include "api/operator_state.h"
#include "api/output_tag.h"
#include "api/reducing_state.h"
#include "api/runtime/keyed_state.h"
#include "api/runtime/side_outputs.h"
#include "api/runtime/timer_table.h"
#include "api/state.h"
#include "common/clock.h"
#include "common/timestamp.h"

namespace penstock {

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

  /// Emits to a side output, with the timestamp of the record or timer unless another one is given.
  template <typename U>
  void output(const OutputTag<U>& tag, std::type_identity_t<U> record) {
    output(tag, std::move(record), timestamp_);
  }
  template <typename U>
  void output(const OutputTag<U>& tag, std::type_identity_t<U> record, Timestamp timestamp) {
    sides_.Emit(tag, std::move(record), timestamp);
  }

  // For operators; what is given to the constructor outlives the context.
  ProcessContext(internal::ProcessTimers<K>& timers, const internal::CurrentKey<K>& current,
                 const Clock& clock, internal::SideOutputs& sides)
      : clock_(clock), sides_(sides), current_(current), timers_(timers, current) {}
  void SetTimestamp(Timestamp timestamp) { timestamp_ = timestamp; }
  void SetWatermark(Timestamp watermark) { watermark_ = watermark; }

 private:
  const Clock& clock_;
  internal::SideOutputs& sides_;
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
/// `void open(penstock::FunctionContext&)`, before the first record and after the restore of
/// operator states, and `void close()`, after the last record of a job that ends, may be added.
/// on_timer may be left out when no timer is set; on_processing_timer, for timers of the wall
/// clock, has the same form, and what it collects has the timer's time unless it says otherwise.
/// Its states are ValueState, ListState, MapState, ReducingState and AggregatingState; operator
/// states (api/operator_state.h) may be members too. The function is copied into every
/// subtask; each copy is called by one thread. Members that are not states are lost in a failure.
template <typename K, typename In, typename Out>
class KeyedProcess : public internal::OperatorStateOwner, public internal::KeyedStateOwner<K> {
 public:
  using Key = K;
  using Input = In;
  using Output = Out;
  using Context = ProcessContext<K>;
};

}  // namespace penstock
