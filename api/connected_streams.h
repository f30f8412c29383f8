#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "api/co_process.h"
#include "api/job.h"
#include "api/keyed_stream.h"
#include "api/runtime/co_map_operators.h"
#include "api/runtime/co_process_operators.h"
#include "api/stream.h"

namespace penstock {

namespace internal {

/// Two inputs in a job under construction, with the edges to use where nothing was said.
struct TwoInputs {
  StreamEnds first;
  std::shared_ptr<const EdgeType> first_edge;
  StreamEnds second;
  std::shared_ptr<const EdgeType> second_edge;
};

/// Adds an operator that reads both.
[[gnu::cold]] inline StreamEnds AddReader(const TwoInputs& inputs, OperatorSpec spec) {
  AddInput(inputs.first, inputs.first_edge, spec, 0);
  AddInput(inputs.second, inputs.second_edge, spec, 1);
  return AddOperator(inputs.first.draft, std::move(spec));
}

/// Adds a function with two inputs and its states.
template <typename Fn, typename Make>
[[gnu::cold]] Stream<typename Fn::Output> PlaceCoProcess(const TwoInputs& inputs, std::string uid,
                                                         std::vector<StateDescriptor> states,
                                                         const std::string& problem, Make make) {
  if (uid.empty()) {
    inputs.first.draft->ComplainOfMissingUid("process after connect", ".process(\"my-name\", ...)");
  }
  if (!problem.empty()) inputs.first.draft->Complain(problem);
  OperatorSpec spec;
  spec.name = "co-process";
  spec.uid = std::move(uid);
  spec.stateful = !states.empty();
  spec.states = std::move(states);
  spec.make = std::move(make);
  return Stream<typename Fn::Output>(AddReader(inputs, std::move(spec)));
}

template <typename Fn, typename T, typename U>
concept TwoInputFunction = requires {
  typename Fn::Output;
  requires std::is_same_v<typename Fn::Input1, T>;
  requires std::is_same_v<typename Fn::Input2, U>;
};

template <typename Fn>
concept KeyedFunction = requires {
  typename Fn::Key;
};

}  // namespace internal

template <typename T, typename KeyFn1, typename U, typename KeyFn2>
class KeyedConnectedStreams;

/// Two streams that one function reads; made by Stream::connect. Functions are copied into every
/// subtask; there each copy is called by one thread.
template <typename T, typename U>
class ConnectedStreams {
 public:
  ConnectedStreams(internal::StreamEnds first, internal::StreamEnds second)
      : inputs_{std::move(first), std::make_shared<const PlainEdge<T>>(Distribution::kForward),
                std::move(second), std::make_shared<const PlainEdge<U>>(Distribution::kForward)} {}

  /// One record out for each in: a function for the records of each stream, both with the same
  /// result.
  template <typename F1, typename F2>
  auto map(F1 first, F2 second) const {
    static_assert(std::is_invocable_v<F1&, const T&> && std::is_invocable_v<F2&, const U&>,
                  "map() after connect() needs two functions: of a record of the first stream, and "
                  "of a record of the second, each by const reference");
    using Out = std::remove_cvref_t<std::invoke_result_t<F1&, const T&>>;
    static_assert(std::is_same_v<Out, std::remove_cvref_t<std::invoke_result_t<F2&, const U&>>>,
                  "both functions of map() after connect() must return the same type");
    return flat_map<Out>(
        [first](const T& record, Collector<Out>& out) { out.collect(std::invoke(first, record)); },
        [second](const U& record, Collector<Out>& out) {
          out.collect(std::invoke(second, record));
        });
  }
  /// Any number of records out for each in: functions of (const T&, Collector<Out>&) and
  /// (const U&, Collector<Out>&).
  template <typename Out, typename F1, typename F2>
  Stream<Out> flat_map(F1 first, F2 second) const {
    static_assert(std::is_invocable_v<F1&, const T&, Collector<Out>&> &&
                      std::is_invocable_v<F2&, const U&, Collector<Out>&>,
                  "flat_map<Out>() after connect() needs two functions: of (const First&, "
                  "penstock::Collector<Out>&) and of (const Second&, penstock::Collector<Out>&)");
    OperatorSpec spec;
    spec.name = "co-map";
    spec.make = [first, second] {
      return std::make_unique<CoFlatMapOperator<T, U, Out, F1, F2>>(first, second);
    };
    return Stream<Out>(AddReader(inputs_, std::move(spec)));
  }

  /// Runs a class derived from CoProcess, or, when the second stream is broadcast(), from
  /// BroadcastProcess. Its state is found by `uid`, which must not change while the job lives.
  template <typename Fn>
  auto process(std::string uid, Fn function) const {
    if constexpr (!internal::TwoInputFunction<Fn, T, U> || internal::KeyedFunction<Fn>) {
      static_assert(internal::TwoInputFunction<Fn, T, U> && !internal::KeyedFunction<Fn>,
                    "process() after connect() needs an object of a class derived from "
                    "penstock::CoProcess or penstock::BroadcastProcess for the records of both "
                    "streams; one with keys needs .key_by(...) on the first stream or on both");
    } else {
      auto states = UnkeyedStates(uid, function);
      const std::string problem = StateNameProblem(uid, states);
      auto make = [uid, function] {
        return std::make_unique<CoProcessOperator<Fn>>(uid, function);
      };
      return internal::PlaceCoProcess<Fn>(inputs_, std::move(uid), std::move(states), problem,
                                          std::move(make));
    }
  }

  /// The same as key_by on each stream before connect().
  template <typename KeyFn1, typename KeyFn2>
  KeyedConnectedStreams<T, KeyFn1, U, KeyFn2> key_by(KeyFn1 first, KeyFn2 second) const {
    return {inputs_.first, std::move(first), inputs_.second, std::move(second)};
  }

 private:
  internal::TwoInputs inputs_;
};

/// Two keyed streams that share state by key; made by KeyedStream::connect.
template <typename T, typename KeyFn1, typename U, typename KeyFn2>
class KeyedConnectedStreams {
 public:
  static_assert(std::is_same_v<KeyOf<T, KeyFn1>, KeyOf<U, KeyFn2>>,
                "the keys of two connected streams must have the same type, because they name the "
                "same state");

  KeyedConnectedStreams(const internal::StreamEnds& first, KeyFn1 key1,
                        const internal::StreamEnds& second, KeyFn2 key2)
      : key1_(std::move(key1)), key2_(std::move(key2)) {
    inputs_.first_edge = std::make_shared<const HashEdge<T, KeyFn1>>(key1_);
    inputs_.first = first.Over(inputs_.first_edge);
    inputs_.second_edge = std::make_shared<const HashEdge<U, KeyFn2>>(key2_);
    inputs_.second = second.Over(inputs_.second_edge);
  }

  /// Runs a class derived from KeyedCoProcess. State is found by `uid`, which must not change while
  /// the job lives.
  template <typename Fn>
  auto process(std::string uid, Fn function) const {
    if constexpr (!internal::TwoInputFunction<Fn, T, U> || !internal::KeyedFunction<Fn>) {
      static_assert(internal::TwoInputFunction<Fn, T, U> && internal::KeyedFunction<Fn>,
                    "process() on two keyed streams needs an object of a class derived from "
                    "penstock::KeyedCoProcess<Key, First, Second, Out> for their records");
    } else {
      static_assert(std::is_same_v<typename Fn::Key, KeyOf<T, KeyFn1>>,
                    "the Key of the KeyedCoProcess must be the key of the connected streams");
      auto states = ProcessStates(uid, function);
      const std::string problem = ProcessProblem(uid, function);
      auto make = [uid, key1 = key1_, key2 = key2_, function] {
        return std::make_unique<KeyedCoProcessOperator<Fn, KeyFn1, KeyFn2>>(uid, key1, key2,
                                                                            function);
      };
      return internal::PlaceCoProcess<Fn>(inputs_, std::move(uid), std::move(states), problem,
                                          std::move(make));
    }
  }

  /// For what is built on this: something is wrong with the job.
  void Complain(std::string problem) const { inputs_.first.draft->Complain(std::move(problem)); }

 private:
  KeyFn1 key1_;
  KeyFn2 key2_;
  internal::TwoInputs inputs_;
};

/// A keyed stream and a broadcast one; made by KeyedStream::connect.
template <typename T, typename KeyFn, typename B>
class KeyedBroadcastStreams {
 public:
  KeyedBroadcastStreams(const internal::StreamEnds& keyed, KeyFn key,
                        const internal::StreamEnds& broadcast)
      : key_(std::move(key)) {
    inputs_.first_edge = std::make_shared<const HashEdge<T, KeyFn>>(key_);
    inputs_.first = keyed.Over(inputs_.first_edge);
    inputs_.second_edge = std::make_shared<const PlainEdge<B>>(Distribution::kBroadcast);
    inputs_.second = broadcast;
    for (const internal::StreamEnd& end : broadcast.ends) {
      if (end.edge && end.edge->distribution() == Distribution::kBroadcast) continue;
      keyed.draft->Complain(
          "connect() of a keyed stream needs a second stream that is keyed as well, or "
          "broadcast(): write keyed.connect(other.key_by(...)) or "
          "keyed.connect(other.broadcast())");
    }
  }

  /// Runs a class derived from KeyedBroadcastProcess. State is found by `uid`, which must not
  /// change while the job lives.
  template <typename Fn>
  auto process(std::string uid, Fn function) const {
    if constexpr (!internal::TwoInputFunction<Fn, T, B> || !internal::KeyedFunction<Fn>) {
      static_assert(internal::TwoInputFunction<Fn, T, B> && internal::KeyedFunction<Fn>,
                    "process() on a keyed and a broadcast stream needs an object of a class "
                    "derived from penstock::KeyedBroadcastProcess<Key, In, Broadcast, Out>");
    } else {
      static_assert(std::is_same_v<typename Fn::Key, KeyOf<T, KeyFn>>,
                    "the Key of the KeyedBroadcastProcess must be the key of the keyed stream");
      auto states = ProcessStates(uid, function);
      const std::string problem = ProcessProblem(uid, function);
      auto make = [uid, key = key_, function] {
        return std::make_unique<KeyedBroadcastOperator<Fn, KeyFn>>(uid, key, function);
      };
      return internal::PlaceCoProcess<Fn>(inputs_, std::move(uid), std::move(states), problem,
                                          std::move(make));
    }
  }

 private:
  KeyFn key_;
  internal::TwoInputs inputs_;
};

template <typename T, typename KeyFn>
template <typename U, typename OtherKeyFn>
auto KeyedStream<T, KeyFn>::connect(const KeyedStream<U, OtherKeyFn>& other) const {
  return KeyedConnectedStreams<T, KeyFn, U, OtherKeyFn>(ends_, key_, other.ends_, other.key_);
}

template <typename T, typename KeyFn>
template <typename B>
auto KeyedStream<T, KeyFn>::connect(const Stream<B>& broadcast) const {
  return KeyedBroadcastStreams<T, KeyFn, B>(ends_, key_, broadcast.ends_);
}

}  // namespace penstock
