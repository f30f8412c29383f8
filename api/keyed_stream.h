#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "api/job.h"
#include "api/process.h"
#include "api/runtime/edge_type_of.h"
#include "api/runtime/process_operator.h"
#include "api/runtime/reduce_operator.h"
#include "api/runtime/window_operator.h"
#include "api/stream.h"
#include "api/window.h"

namespace penstock {

namespace internal {

/// Adds a keyed operator behind the hash edge of `KeyFn`.
template <typename Out, typename T, typename KeyFn, typename Make>
[[gnu::cold]] Stream<Out> PlaceKeyed(const StreamEnds& ends, const KeyFn& key, std::string name,
                                     std::string uid, std::vector<StateDescriptor> states,
                                     Make make) {
  OperatorSpec spec;
  spec.name = std::move(name);
  spec.uid = std::move(uid);
  spec.stateful = true;
  spec.states = std::move(states);
  spec.make = std::move(make);
  auto edge = std::make_shared<const HashEdge<T, KeyFn>>(key);
  return Stream<Out>(AddReader(ends.Over(edge), edge, std::move(spec)));
}

}  // namespace internal

/// A keyed stream cut into windows of event time; made by KeyedStream::window.
template <typename T, typename KeyFn, typename Spec>
class WindowedStream {
 public:
  WindowedStream(internal::StreamEnds ends, KeyFn key, std::string uid, Spec windows)
      : ends_(std::move(ends)), key_(std::move(key)), uid_(std::move(uid)), windows_(windows) {}

  /// Per key and window one `aggregator`, a copyable type with `void add(const T&)` and, for
  /// sliding windows, `void merge(const Self&)`, which is kept instead of the records. When the
  /// watermark passes the window's end, `result(key, window, aggregator)` is emitted with the
  /// timestamp end - 1 ms.
  template <typename A, typename Result>
  auto aggregate(A aggregator, Result result) const {
    static_assert(std::is_invocable_v<Result&, const KeyOf<T, KeyFn>&, Window, const A&>,
                  "the second argument of aggregate() must be a function of (const Key&, "
                  "penstock::Window, const Aggregator&) that returns the record to emit");
    if (const std::string problem = windows_.Problem(); !problem.empty()) {
      ends_.draft->Complain("window \"" + uid_ + "\" at position " + ends_.draft->next_position() +
                            ": " + problem);
    }
    using Out = WindowOutput<T, KeyFn, A, Result>;
    auto make = [uid = uid_, key = key_, windows = windows_, aggregator, result] {
      return MakeWindowAggregate<T, KeyFn, A, Result, Spec>(uid, key, windows, aggregator, result);
    };
    return internal::PlaceKeyed<Out, T>(ends_, key_, "window " + windows_.name(), uid_,
                                        WindowAggregateStates<T, KeyFn, A>(uid_), std::move(make));
  }

 private:
  internal::StreamEnds ends_;
  KeyFn key_;
  std::string uid_;
  Spec windows_;
};

/// A stream whose records are grouped by a key; made by Stream::key_by. State is found by the `uid`
/// of each operator, which must not change while the job lives; the forms without one only exist to
/// say so, with all the other problems of the job.
template <typename T, typename KeyFn>
class KeyedStream {
 public:
  using record_type = T;
  using key_type = KeyOf<T, KeyFn>;

  static_assert(
      kIsKey<key_type>,
      "a key must not contain floating-point numbers: 0.0 and -0.0 are equal and differ as "
      "bytes. Use an integer, for example the value in thousandths");

  KeyedStream(internal::StreamEnds ends, KeyFn key)
      : ends_(std::move(ends)), key_(std::move(key)) {}

  /// Combines all records of a key: emits, for each record, `reduce(last result, record)`; the
  /// first record is its own result.
  template <typename F>
  Stream<T> reduce(std::string uid, F reduce) const {
    static_assert(std::is_invocable_r_v<T, F&, const T&, const T&>,
                  "reduce() needs a function that takes two records of this stream by const "
                  "reference and returns one");
    auto make = [uid, key = key_, reduce] { return MakeReduce<T, KeyFn, F>(uid, key, reduce); };
    auto states = ReduceStates<T, KeyFn>(uid);
    return internal::PlaceKeyed<T, T>(ends_, key_, "reduce", std::move(uid), std::move(states),
                                      std::move(make));
  }
  template <typename F>
  Stream<T> reduce(F reduce) const {
    ComplainOfMissingUid("reduce", ".reduce(\"my-name\", ...)");
    return this->reduce("", std::move(reduce));
  }

  /// Runs a class derived from KeyedProcess: state and timers per key.
  template <typename Fn>
  auto process(std::string uid, Fn function) const {
    using Out = ProcessOutput<Fn>;
    if (const std::string problem = ProcessProblem(uid, function); !problem.empty()) {
      ends_.draft->Complain(problem);
    }
    auto states = ProcessStates(uid, function);
    auto make = [uid, key = key_, function] {
      return MakeProcess<T, KeyFn, Fn>(uid, key, function);
    };
    return internal::PlaceKeyed<Out, T>(ends_, key_, "process", std::move(uid), std::move(states),
                                        std::move(make));
  }
  template <typename Fn>
  auto process(Fn function) const {
    ComplainOfMissingUid("process", ".process(\"my-name\", ...)");
    return this->process("", std::move(function));
  }

  /// Event-time windows: tumbling(size) or sliding(size, slide); .aggregate(…) follows.
  template <typename Spec>
  WindowedStream<T, KeyFn, Spec> window(std::string uid, Spec windows) const {
    static_assert(std::is_base_of_v<WindowSpec, Spec>,
                  "window() needs penstock::tumbling(size) or penstock::sliding(size, slide)");
    return WindowedStream<T, KeyFn, Spec>(ends_, key_, std::move(uid), windows);
  }
  template <typename Spec>
  WindowedStream<T, KeyFn, Spec> window(Spec windows) const {
    ComplainOfMissingUid("window", ".window(\"my-name\", ...)");
    return window("", windows);
  }

  /// Both streams, whose keys name the same state, for one KeyedCoProcess.
  template <typename U, typename OtherKeyFn>
  auto connect(const KeyedStream<U, OtherKeyFn>& other) const;
  /// With a stream that is broadcast(), for a KeyedBroadcastProcess.
  template <typename B>
  auto connect(const Stream<B>& broadcast) const;

  /// Pairs of records with the same key whose times are near: .between(lower, upper) follows.
  template <typename R, typename OtherKeyFn>
  auto interval_join(const KeyedStream<R, OtherKeyFn>& other) const;

 private:
  template <typename, typename>
  friend class KeyedStream;

  void ComplainOfMissingUid(const std::string& what, const std::string& call) const {
    ends_.draft->ComplainOfMissingUid(what + " after key_by", call);
  }

  internal::StreamEnds ends_;
  KeyFn key_;
};

}  // namespace penstock
