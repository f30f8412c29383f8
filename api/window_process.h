#pragma once

#include <type_traits>
#include <utility>

#include "api/aggregating_state.h"
#include "api/collector.h"
#include "api/list_state.h"
#include "api/map_state.h"
#include "api/output_tag.h"
#include "api/reducing_state.h"
#include "api/runtime/keyed_state.h"
#include "api/runtime/side_outputs.h"
#include "api/runtime/window_key.h"
#include "api/state.h"
#include "api/trigger.h"
#include "api/window.h"
#include "api/window_elements.h"

namespace penstock {
namespace internal {

template <typename Fn>
class WindowFunctionStates;

}  // namespace internal

/// What a window function gets to know; valid during the call.
template <typename K>
class WindowContext {
 public:
  /// For operators. `at` is the window at hand.
  WindowContext(const WindowKey<K>& at, const internal::OperatorTimes& times,
                internal::SideOutputs& sides)
      : at_(at), times_(times), sides_(sides) {}

  const K& key() const { return at_.key; }
  Window window() const { return at_.window; }
  /// Timestamp::Min() before the first one.
  Timestamp watermark() const { return times_.watermark; }
  /// The wall clock.
  Timestamp processing_time() const { return times_.processing; }
  /// Emits on a side output, with the timestamp window.end - 1 ms unless it says otherwise.
  template <typename U>
  void output(const OutputTag<U>& tag, std::type_identity_t<U> record) {
    output(tag, std::move(record), window().end - Millis(1));
  }
  template <typename U>
  void output(const OutputTag<U>& tag, std::type_identity_t<U> record, Timestamp timestamp) {
    sides_.Emit<U>(tag, std::move(record), timestamp);
  }

 private:
  const WindowKey<K>& at_;
  const internal::OperatorTimes& times_;
  internal::SideOutputs& sides_;
};

/// Base of a function that is called when a window fires:
///   struct Rank : penstock::WindowProcess<std::string, Event, Row> {
///     penstock::ValueState<int> seen{this, "seen"};                  // one for each key
///     penstock::ValueState<int> firings{per_window(), "firings"};    // one for each window
///     void process(Context& context, const penstock::WindowElements<Event>& elements,
///                  penstock::Collector<Row>& out);
///     void clear(Context& context);
///   };
/// What is collected has the timestamp window.end - 1 ms unless it says otherwise. `clear` may be
/// left out: it is called when a window is gone for good, and is the place to clear the states of
/// the window; those of the key stay. States per window need windows that don't merge: not
/// sessions. Behind an aggregation (or reduction) `In` is the type of its result, and `elements`
/// is that one. Copied into every subtask, each copy is called by one thread.
template <typename K, typename In, typename Out>
class WindowProcess : public internal::KeyedStateOwner<K> {
 public:
  using Key = K;
  using Input = In;
  using Output = Out;
  using Context = WindowContext<K>;

 protected:
  /// What a state that belongs to a window names as its owner.
  internal::KeyedStateOwner<WindowKey<K>>* per_window() { return &window_states_; }

 private:
  template <typename>
  friend class internal::WindowFunctionStates;

  internal::KeyedStateOwner<WindowKey<K>> window_states_;
};

}  // namespace penstock
