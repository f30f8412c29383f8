#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "api/async_function.h"
#include "api/runtime/async_operator.h"
#include "api/runtime/edge_type_of.h"
#include "api/stream.h"

namespace penstock {

namespace internal {

template <typename T, typename Fn>
Stream<typename Fn::Output> PlaceAsync(const Stream<T>& stream, std::string uid, Fn function,
                                       const AsyncOptions& options, AsyncOrder order) {
  static_assert(std::is_same_v<typename Fn::Input, T>,
                "the In of an AsyncFunction must be the stream's record type");
  JobDraft& draft = *stream.ends().draft;
  if (uid.empty())
    draft.ComplainOfMissingUid("async operator", "async_ordered(stream, \"my-name\", ...)");
  if (const std::string problem = options.Problem(); !problem.empty()) draft.Complain(problem);
  OperatorSpec spec;
  spec.name = "async";
  spec.uid = std::move(uid);
  spec.stateful = true;
  spec.make = [order, options, function] {
    return std::make_unique<AsyncOperator<T, Fn>>(order, options, function);
  };
  return Stream<typename Fn::Output>(
      AddReader(stream.ends(), std::make_shared<const PlainEdge<T>>(Distribution::kForward),
                std::move(spec)));
}

}  // namespace internal

/// Calls `function`, an AsyncFunction, for each record; answers leave in the order of the records.
/// What is under way is state, found by `uid`, which must not change while the job lives.
template <typename T, typename Fn>
Stream<typename Fn::Output> async_ordered(const Stream<T>& stream, std::string uid, Fn function,
                                          const AsyncOptions& options = {}) {
  return internal::PlaceAsync(stream, std::move(uid), std::move(function), options,
                              AsyncOrder::kOrdered);
}
/// The same; answers leave as they come, but none overtakes a watermark.
template <typename T, typename Fn>
Stream<typename Fn::Output> async_unordered(const Stream<T>& stream, std::string uid, Fn function,
                                            const AsyncOptions& options = {}) {
  return internal::PlaceAsync(stream, std::move(uid), std::move(function), options,
                              AsyncOrder::kUnordered);
}

}  // namespace penstock
