#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "api/collector.h"
#include "api/job.h"
#include "api/operator_process.h"
#include "api/output_tag.h"
#include "api/placed_operator.h"
#include "api/runtime/edge_type_of.h"
#include "api/runtime/process_operator.h"
#include "api/runtime/sink_operator.h"
#include "api/runtime/stateless_operators.h"
#include "api/runtime/timestamp_operator.h"
#include "api/runtime/unkeyed_process_operator.h"
#include "api/sink.h"
#include "api/time.h"

namespace penstock {

template <typename T, typename KeyFn>
class KeyedStream;
template <typename T, typename U>
class ConnectedStreams;

namespace internal {

/// The U of a function that takes (record, Collector<U>&).
template <typename F>
struct CollectedBy {};
template <typename C, typename R, typename A, typename U>
struct CollectedBy<R (C::*)(A, Collector<U>&) const> {
  using type = U;
};
template <typename C, typename R, typename A, typename U>
struct CollectedBy<R (C::*)(A, Collector<U>&)> {
  using type = U;
};
template <typename R, typename A, typename U>
struct CollectedBy<R (*)(A, Collector<U>&)> {
  using type = U;
};
template <typename F>
requires requires { &F::operator(); }
struct CollectedBy<F> : CollectedBy<decltype(&F::operator())> {};

/// A description of a sink for any record type, such as print(): it is told the type by the stream.
template <typename S, typename T>
concept SinkForAnyType = requires(const S& sink) {
  sink.template sink_for<T>();
};

/// A class derived from Process for records T.
template <typename Fn, typename T>
concept UnkeyedFunction = requires {
  typename Fn::Output;
  requires std::is_base_of_v<Process<T, typename Fn::Output>, Fn>;
};

}  // namespace internal

/// The end of a stream: its settings are those of the sink.
class PlacedSink : public internal::PlacedOperator<PlacedSink> {
 public:
  explicit PlacedSink(internal::StreamEnds ends) : internal::PlacedOperator<PlacedSink>(ends) {}
};

/// The records that an operator emits, in a job under construction. A cheap handle: copies mean the
/// same stream, and a stream read twice gives each reader all records. Functions are copied into
/// every subtask; there each copy is called by one thread. They must not keep references to a
/// record.
template <typename T>
class Stream : public internal::PlacedOperator<Stream<T>> {
  static_assert(std::is_default_constructible_v<T> && std::is_copy_assignable_v<T>,
                "the records of a stream must be default constructible and copyable");

 public:
  using record_type = T;

  explicit Stream(internal::StreamEnds ends)
      : internal::PlacedOperator<Stream<T>>(std::move(ends)) {}

  /// One record out for each in. `map`: a callable or member pointer; T → U. A function of (T&)
  /// that returns nothing changes the record in place, which is the fastest.
  template <typename F>
  auto map(F map) const {
    if constexpr (ChangesInPlace<F, T>) {
      return Place<T>("map", [map] { return std::make_unique<UpdateOperator<T, F>>(map); });
    } else if constexpr (!std::is_invocable_v<F&, T&&>) {
      static_assert(std::is_invocable_v<F&, T&&>,
                    "map() needs a function that can be called with one record of this stream: its "
                    "parameter must be the stream's record type, by value or const reference");
      return *this;
    } else {
      using U = MapOutput<T, F>;
      static_assert(!std::is_void_v<U>, "the function of map() must return the new record");
      return Place<U>("map", [map] { return std::make_unique<MapOperator<T, F>>(map); });
    }
  }

  /// Keeps the records for which `keep` is true.
  template <typename F>
  Stream filter(F keep) const {
    if constexpr (!std::is_invocable_r_v<bool, F&, const T&>) {
      static_assert(std::is_invocable_r_v<bool, F&, const T&>,
                    "filter() needs a function that takes one record of this stream by const "
                    "reference and returns bool");
      return *this;
    } else {
      return Place<T>("filter", [keep] { return std::make_unique<FilterOperator<T, F>>(keep); });
    }
  }

  /// Any number of records out for each in: `map` is (const T&, Collector<U>&). U is read off its
  /// signature; a generic lambda needs it spelled: flat_map<U>(…).
  template <typename U = void, typename F = void>
  auto flat_map(F map) const {
    if constexpr (!std::is_void_v<U>) {
      return PlaceFlatMap<U>(std::move(map));
    } else if constexpr (requires { typename internal::CollectedBy<F>::type; }) {
      return PlaceFlatMap<typename internal::CollectedBy<F>::type>(std::move(map));
    } else {
      static_assert(
          !std::is_same_v<F, F>,
          "flat_map() needs a function of (const Record&, penstock::Collector<Out>&); with "
          "auto parameters write flat_map<Out>(...)");
      return *this;
    }
  }

  /// Runs a class derived from Process: any number of records out for each in, with state that
  /// belongs to the operator, found by `uid`, which must not change while the job lives.
  template <typename Fn>
  auto process(std::string uid, Fn function) const {
    if constexpr (!internal::UnkeyedFunction<Fn, T>) {
      static_assert(internal::UnkeyedFunction<Fn, T>,
                    "process() needs an object of a class derived from penstock::Process<Record, "
                    "Out> for the stream's record type; one derived from KeyedProcess needs "
                    ".key_by(...) before it");
      return *this;
    } else {
      return PlaceProcess(std::move(uid), std::move(function));
    }
  }
  /// Every process function needs a uid: this form only exists to say so, with all the other
  /// problems of the job.
  template <typename Fn>
  auto process(Fn function) const {
    ends_.draft->ComplainOfMissingUid("process", ".process(\"my-name\", ...)");
    return this->process("", std::move(function));
  }

  /// Sets each record's timestamp to `timestamp_of` it (a callable or member pointer; T →
  /// Timestamp) and derives watermarks; replaces what was before.
  template <typename F>
  Stream with_timestamps(BoundedOutOfOrderness strategy, F timestamp_of) const {
    if constexpr (!std::is_invocable_r_v<Timestamp, F&, const T&>) {
      static_assert(std::is_invocable_r_v<Timestamp, F&, const T&>,
                    "with_timestamps() needs a member pointer or function that takes one record of "
                    "this stream and gives a penstock::Timestamp");
      return *this;
    } else {
      return Place<T>("timestamps", [strategy, timestamp_of] {
        return std::make_unique<TimestampOperator<T, F>>(strategy, timestamp_of);
      });
    }
  }

  /// Records with equal keys go to the same subtask, where state is kept by key. `key`: a callable
  /// or member pointer; it must always give the same key for the same record.
  template <typename KeyFn>
  KeyedStream<T, KeyFn> key_by(KeyFn key) const {
    static_assert(
        std::is_invocable_v<const KeyFn&, const T&>,
        "key_by() needs a member pointer or function that takes one record of this stream "
        "by const reference and returns its key");
    return KeyedStream<T, KeyFn>(ends_, std::move(key));
  }

  /// What the operator emits with `context.output(tag, …)`.
  template <typename U>
  Stream<U> side_output(const OutputTag<U>& tag) const {
    internal::StreamEnds side = ends_;
    for (internal::StreamEnd& end : side.ends) {
      end.edge = nullptr;
      end.side = tag.name;
    }
    return Stream<U>(std::move(side));
  }

  /// The records of all these streams, in no particular order. Each comes over its own edge, as set
  /// by rebalance() and its like before the union.
  template <typename... Streams>
  Stream union_with(const Streams&... others) const {
    static_assert((std::is_same_v<Streams, Stream> && ...),
                  "union_with() needs streams of the same record type; bring them to one with "
                  "map() first");
    internal::StreamEnds all = ends_;
    (all.ends.insert(all.ends.end(), others.ends_.ends.begin(), others.ends_.ends.end()), ...);
    return Stream(std::move(all));
  }

  /// Pairs of records of both streams with the same key and in the same window; .where(…),
  /// .equal_to(…), .window(…) and .apply(…) follow (api/window_join.h).
  template <typename U>
  auto join(const Stream<U>& other) const;
  /// All records of both streams with the same key and in the same window, also when one has none.
  template <typename U>
  auto co_group(const Stream<U>& other) const;

  /// All records in windows, as KeyedStream::window but without keys, at parallelism 1
  /// (api/all_windowed_stream.h).
  template <typename Spec>
  auto window_all(std::string uid, Spec windows) const;

  /// Both streams for one function that sees the records of each: map, flat_map, process and the
  /// broadcast state pattern.
  template <typename U>
  ConnectedStreams<T, U> connect(const Stream<U>& other) const {
    return ConnectedStreams<T, U>(ends_, other.ends_);
  }

  /// To the next operator's subtask of the same number, or in turn when there are not as many; this
  /// is what happens when nothing is said.
  Stream forward() const { return Over(Distribution::kForward); }
  /// The next operator's subtasks get the records in turn.
  Stream rebalance() const { return Over(Distribution::kRebalance); }
  /// In turn, but each subtask serves only its share of the next operator's subtasks: with twice as
  /// many of them, two. Fewer connections than rebalance().
  Stream rescale() const { return Over(Distribution::kRescale); }
  /// To the next operator's subtasks at random.
  Stream shuffle() const { return Over(Distribution::kShuffle); }
  /// Each of the next operator's subtasks gets all records.
  Stream broadcast() const { return Over(Distribution::kBroadcast); }
  /// All to the next operator's first subtask.
  Stream global() const { return Over(Distribution::kGlobal); }
  /// To the subtask that `choose(key, number of subtasks)` says, counted from 0. `key`: a callable
  /// or member pointer. It does not make a keyed stream; another number is an error when it
  /// happens.
  template <typename Choose, typename KeyFn>
  Stream partition_custom(Choose choose, KeyFn key) const {
    if constexpr (!std::is_invocable_v<const KeyFn&, const T&>) {
      static_assert(std::is_invocable_v<const KeyFn&, const T&>,
                    "partition_custom() needs, as its second argument, a member pointer or "
                    "function that takes one record of this stream and returns its key");
    } else {
      using Key = std::invoke_result_t<const KeyFn&, const T&>;
      static_assert(std::is_invocable_r_v<std::uint32_t, Choose&, Key, std::uint32_t>,
                    "partition_custom() needs, as its first argument, a function of (key, number "
                    "of subtasks) that returns the number of one");
    }
    return Stream(ends_.Over(
        std::make_shared<const CustomEdge<T, Choose, KeyFn>>(std::move(choose), std::move(key))));
  }

  /// Where the records go. A transactional sink keeps pending commits in its state, which is found
  /// by `uid`: it must not change while the job lives.
  template <typename S>
  PlacedSink sink_to(std::string uid, S sink) const {
    return PlaceSink(std::move(uid), std::move(sink));
  }
  /// Only for sinks that aren't transactional.
  template <typename S>
  PlacedSink sink_to(S sink) const {
    return PlaceSink("", std::move(sink));
  }

  // Settings of the operator that emits the stream are in internal::PlacedOperator.

 private:
  template <typename>
  friend class Stream;
  template <typename, typename>
  friend class KeyedStream;
  using internal::PlacedOperator<Stream<T>>::ends_;

  template <typename U, typename Make>
  [[gnu::cold]] Stream<U> Place(std::string name, Make make) const {
    OperatorSpec spec;
    spec.name = std::move(name);
    spec.make = std::move(make);
    return Stream<U>(AddReader(ends_, ForwardEdge(), std::move(spec)));
  }

  template <typename Fn>
  [[gnu::cold]] Stream<typename Fn::Output> PlaceProcess(std::string uid, Fn function) const {
    OperatorSpec spec;
    spec.name = "process";
    spec.uid = uid;
    spec.states = UnkeyedStates(uid, function);
    spec.stateful = !spec.states.empty();
    if (const std::string problem = StateNameProblem(uid, spec.states); !problem.empty()) {
      ends_.draft->Complain(problem);
    }
    spec.make = [uid = std::move(uid), function = std::move(function)] {
      return std::make_unique<UnkeyedProcessOperator<T, Fn>>(uid, function);
    };
    return Stream<typename Fn::Output>(AddReader(ends_, ForwardEdge(), std::move(spec)));
  }

  template <typename U, typename F>
  Stream<U> PlaceFlatMap(F map) const {
    static_assert(std::is_invocable_v<F&, const T&, Collector<U>&>,
                  "flat_map() needs a function of (const Record&, penstock::Collector<Out>&) whose "
                  "first parameter is the stream's record type");
    return Place<U>("flat_map", [map] { return std::make_unique<FlatMapOperator<T, U, F>>(map); });
  }

  template <typename S>
  PlacedSink PlaceSink(std::string uid, S sink) const {
    if constexpr (internal::SinkForAnyType<S, T>) {
      return PlaceSink(std::move(uid), sink.template sink_for<T>());
    } else {
      static_assert(std::is_base_of_v<Sink<T>, S>,
                    "sink_to() needs a penstock::Sink for the stream's record type");
      auto shared = std::make_shared<const S>(std::move(sink));
      return AddSink(std::move(uid), std::move(shared));
    }
  }

  [[gnu::cold]] PlacedSink AddSink(std::string uid, std::shared_ptr<const Sink<T>> sink) const {
    OperatorSpec spec;
    spec.kind = OperatorKind::kSink;
    spec.name = sink->name();
    spec.delivery = sink->delivery();
    spec.stateful = spec.delivery == Delivery::kTransactional;
    if (spec.stateful && uid.empty()) {
      ends_.draft->ComplainOfMissingUid("transactional sink \"" + spec.name + "\"",
                                        ".sink_to(\"my-name\", ...)");
    }
    spec.uid = std::move(uid);
    spec.validate = [sink](FileSystem& fs) { return sink->Validate(fs); };
    spec.make = [sink] { return std::make_unique<SinkOperatorOf<T>>(sink); };
    return PlacedSink(AddReader(ends_, ForwardEdge(), std::move(spec)));
  }

  [[gnu::cold]] Stream Over(Distribution distribution) const {
    return Stream(ends_.Over(std::make_shared<const PlainEdge<T>>(distribution)));
  }
  static std::shared_ptr<const EdgeType> ForwardEdge() {
    return std::make_shared<const PlainEdge<T>>(Distribution::kForward);
  }
};

}  // namespace penstock
