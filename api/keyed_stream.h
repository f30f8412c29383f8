#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "api/job.h"
#include "api/process.h"
#include "api/runtime/place_keyed.h"
#include "api/runtime/process_operator.h"
#include "api/runtime/reduce_operator.h"
#include "api/stream.h"
#include "api/windowed_stream.h"

namespace penstock {

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

  /// Windows: tumbling(…), sliding(…), session(…), global_windows(), count_window(…), or
  /// processing_time(…) of one; .aggregate(…), .reduce(…) or .process(…) follows, maybe after
  /// .trigger(…) and others.
  template <typename Spec>
  WindowedStream<T, KeyFn, Spec> window(std::string uid, Spec windows) const {
    return WindowedStream<T, KeyFn, Spec>(ends_, key_, std::move(uid), std::move(windows));
  }
  template <typename Spec>
  WindowedStream<T, KeyFn, Spec> window(Spec windows) const {
    ComplainOfMissingUid("window", ".window(\"my-name\", ...)");
    return window("", std::move(windows));
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
