#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/connected_streams.h"
#include "api/map_state.h"
#include "api/output_tag.h"

namespace penstock {

namespace internal {

/// What an interval join needs to know beside its function.
template <typename L, typename R>
struct IntervalBounds {
  Millis lower{0};
  Millis upper{0};
  std::optional<OutputTag<L>> left_late;
  std::optional<OutputTag<R>> right_late;
};

/// Joins each left record at time t with the right ones from t + lower to t + upper. Both sides are
/// kept by time until no partner can come any more; a timer then drops them.
template <typename K, typename L, typename R, typename Out, typename F>
class IntervalJoinFunction : public KeyedCoProcess<K, L, R, Out> {
 public:
  using Context = ProcessContext<K>;

  IntervalJoinFunction(IntervalBounds<L, R> bounds, F function)
      : bounds_(std::move(bounds)), function_(std::move(function)) {}

  void open(FunctionContext& context) { late_ = &context.counter("numLateRecordsDropped"); }
  void process1(const L& record, Context& context, Collector<Out>& out) {
    const Timestamp time = context.timestamp();
    if (IsLate(context)) return Drop(bounds_.left_late, record, context);
    left_.edit(time).push_back(record);
    context.timers().set(time + LeftHold());
    for (const auto& [at, partners] : right_.range_from(time + bounds_.lower)) {
      if (at > time + bounds_.upper) break;
      for (const R& partner : partners) Emit(record, partner, std::max(time, at), out);
    }
  }
  void process2(const R& record, Context& context, Collector<Out>& out) {
    const Timestamp time = context.timestamp();
    if (IsLate(context)) return Drop(bounds_.right_late, record, context);
    right_.edit(time).push_back(record);
    context.timers().set(time + RightHold());
    for (const auto& [at, partners] : left_.range_from(time - bounds_.upper)) {
      if (at > time - bounds_.lower) break;
      for (const L& partner : partners) Emit(partner, record, std::max(time, at), out);
    }
  }
  void on_timer(Timestamp time, Context&, Collector<Out>&) {
    left_.remove(time - LeftHold());
    right_.remove(time - RightHold());
  }

 private:
  // How long after its time a record may still find a partner.
  Millis LeftHold() const { return std::max(bounds_.upper, Millis(0)); }
  Millis RightHold() const { return std::max(-bounds_.lower, Millis(0)); }

  static bool IsLate(const Context& context) {
    return context.watermark() > Timestamp::Min() && context.timestamp() <= context.watermark();
  }
  template <typename T>
  void Drop(const std::optional<OutputTag<T>>& tag, const T& record, Context& context) {
    if (tag) return context.output(*tag, record);
    late_->Add(1);
  }
  void Emit(const L& left, const R& right, Timestamp time, Collector<Out>& out) {
    out.SetTimestamp(time);
    function_(left, right, out);
  }

  IntervalBounds<L, R> bounds_;
  F function_;
  Counter* late_ = nullptr;
  MapState<Timestamp, std::vector<L>> left_{this, "left"};
  MapState<Timestamp, std::vector<R>> right_{this, "right"};
};

/// The U of a function that takes (left, right, Collector<U>&).
template <typename F>
struct JoinedBy : JoinedBy<decltype(&F::operator())> {};
template <typename C, typename Return, typename A, typename B, typename U>
struct JoinedBy<Return (C::*)(A, B, Collector<U>&) const> {
  using type = U;
};
template <typename Return, typename A, typename B, typename U>
struct JoinedBy<Return (*)(A, B, Collector<U>&)> {
  using type = U;
};

}  // namespace internal

/// Two keyed streams to be joined by time; made by KeyedStream::interval_join:
///   orders.key_by(&Order::id)
///       .interval_join(payments.key_by(&Payment::order))
///       .between(-5min, 10min)
///       .apply("paid", [](const Order& order, const Payment& payment) { return Paid{…}; })
/// A pair has the later of its two times. Records at or before the watermark are late: dropped and
/// counted, or sent to a side output.
template <typename L, typename KeyFn1, typename R, typename KeyFn2>
class IntervalJoin {
 public:
  using Connected = KeyedConnectedStreams<L, KeyFn1, R, KeyFn2>;

  explicit IntervalJoin(Connected connected) : connected_(std::move(connected)) {}

  /// A left record at time t meets the right ones from t + lower to t + upper, both included.
  IntervalJoin between(Millis lower, Millis upper) const {
    IntervalJoin join = *this;
    join.bounds_.lower = lower;
    join.bounds_.upper = upper;
    join.bounded_ = true;
    return join;
  }
  IntervalJoin lower_bound_exclusive() const {
    return between(bounds_.lower + Millis(1), bounds_.upper);
  }
  IntervalJoin upper_bound_exclusive() const {
    return between(bounds_.lower, bounds_.upper - Millis(1));
  }
  IntervalJoin left_late_output(const OutputTag<L>& tag) const {
    IntervalJoin join = *this;
    join.bounds_.left_late = tag;
    return join;
  }
  IntervalJoin right_late_output(const OutputTag<R>& tag) const {
    IntervalJoin join = *this;
    join.bounds_.right_late = tag;
    return join;
  }

  /// Any number of records for each pair: a function of (const L&, const R&, Collector<Out>&). The
  /// records that wait for partners are state, found by `uid`.
  template <typename F>
  auto process(std::string uid, F function) const {
    using Out = typename internal::JoinedBy<F>::type;
    return Place<Out>(std::move(uid), std::move(function));
  }
  /// One record for each pair: a function of (const L&, const R&) that returns it.
  template <typename F>
  auto apply(std::string uid, F function) const {
    static_assert(
        std::is_invocable_v<F&, const L&, const R&>,
        "apply() of an interval join needs a function of (const Left&, const Right&) that "
        "returns the joined record");
    using Out = std::remove_cvref_t<std::invoke_result_t<F&, const L&, const R&>>;
    return Place<Out>(std::move(uid),
                      [function](const L& left, const R& right, Collector<Out>& out) mutable {
                        out.collect(function(left, right));
                      });
  }

 private:
  template <typename Out, typename F>
  Stream<Out> Place(std::string uid, F function) const {
    if (!bounded_)
      connected_.Complain("interval_join \"" + uid + "\" needs .between(lower, upper)");
    if (bounds_.lower > bounds_.upper) {
      connected_.Complain("interval_join \"" + uid + "\": the lower bound is above the upper one");
    }
    return connected_
        .process(std::move(uid), internal::IntervalJoinFunction<KeyOf<L, KeyFn1>, L, R, Out, F>(
                                     bounds_, std::move(function)))
        .name("interval join");
  }

  Connected connected_;
  internal::IntervalBounds<L, R> bounds_;
  bool bounded_ = false;
};

template <typename T, typename KeyFn>
template <typename R, typename OtherKeyFn>
auto KeyedStream<T, KeyFn>::interval_join(const KeyedStream<R, OtherKeyFn>& other) const {
  return IntervalJoin<T, KeyFn, R, OtherKeyFn>(connect(other));
}

}  // namespace penstock
