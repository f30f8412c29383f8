#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/runtime/async_completions.h"
#include "common/timestamp.h"

namespace penstock {

/// How an async operator calls its function: async_options().timeout(5s).capacity(200).
/// Immutable; each call returns a changed copy.
class AsyncOptions {
 public:
  /// How long a record may take from its first call to its answer, retries included; default 10 s.
  /// Then the function's timeout() is called, or, when it has none, the attempt fails.
  AsyncOptions timeout(Millis timeout) const { return With(&AsyncOptions::timeout_, timeout); }
  /// How many records may be under way at each subtask; default 100. More wait, which is
  /// back-pressure.
  AsyncOptions capacity(std::size_t records) const {
    return With(&AsyncOptions::capacity_, records);
  }
  /// Calls again, `delay` after an answer that has failed, until there have been `attempts` calls
  /// in all; each delay is `factor` times the one before it. Default: one attempt.
  AsyncOptions retry(std::uint32_t attempts, Millis delay, double factor = 1) const {
    AsyncOptions options = *this;
    options.attempts_ = attempts;
    options.delay_ = delay;
    options.factor_ = factor;
    return options;
  }

  Millis timeout() const { return timeout_; }
  std::size_t capacity() const { return capacity_; }
  std::uint32_t attempts() const { return attempts_; }
  /// Before call number `attempt`, counted from 1.
  Millis DelayBefore(std::uint32_t attempt) const {
    double delay = static_cast<double>(delay_.count());
    for (std::uint32_t i = 2; i < attempt; ++i) delay *= factor_;
    return Millis(static_cast<std::int64_t>(delay));
  }
  /// Empty, or a sentence that says what is wrong.
  std::string Problem() const {
    if (timeout_ <= Millis(0)) return "the timeout of an async operator must be positive";
    if (capacity_ == 0) return "the capacity of an async operator must be at least 1";
    if (attempts_ == 0) return "an async operator needs at least one attempt";
    if (delay_ < Millis(0) || factor_ < 1)
      return "the delay of retries must not be negative or sink";
    return "";
  }

 private:
  template <typename V>
  AsyncOptions With(V AsyncOptions::*option, V value) const {
    AsyncOptions options = *this;
    options.*option = value;
    return options;
  }

  Millis timeout_{10000};
  std::size_t capacity_ = 100;
  std::uint32_t attempts_ = 1;
  Millis delay_{0};
  double factor_ = 1;
};
inline AsyncOptions async_options() { return {}; }

/// Where an async function puts its answer, once, on any thread and at any time; later calls, and
/// calls after the time is up, do nothing. May be copied.
template <typename Out>
class AsyncResult {
 public:
  void complete(Out record) const {
    std::vector<Out> records;
    records.push_back(std::move(record));
    complete_all(std::move(records));
  }
  /// Any number of records, also none.
  void complete_all(std::vector<Out> records) const {
    completions_->Add({call_, std::move(records), false, ""});
  }
  /// There is no answer: the call is repeated if the options say so, else the attempt fails.
  void fail(std::string reason) const { completions_->Add({call_, {}, true, std::move(reason)}); }

  // For the operator.
  AsyncResult(std::shared_ptr<internal::AsyncCompletions<Out>> completions,
              internal::AsyncCall call)
      : completions_(std::move(completions)), call_(call) {}

 private:
  std::shared_ptr<internal::AsyncCompletions<Out>> completions_;  // outlives the operator
  internal::AsyncCall call_;
};

/// Base of a function that asks somebody else for each record, without waiting for the answer:
///   struct Lookup : penstock::AsyncFunction<Order, Priced> {
///     void async_invoke(const Order& order, penstock::AsyncResult<Priced> result);
///     void timeout(const Order& order, penstock::AsyncResult<Priced> result);  // may be left out
///   };
/// Placed by Stream::async_ordered and async_unordered. `void open(penstock::FunctionContext&)` and
/// `void close()` may be added. The function is copied into every subtask and called by one thread;
/// the record is valid during the call only. Records without an answer are part of the checkpoint
/// and asked for again after a restore, so a call may be repeated.
template <typename In, typename Out>
class AsyncFunction {
 public:
  using Input = In;
  using Output = Out;
};

/// An AsyncFunction that calls `function`, an ordinary one of (const In&) that may block and
/// returns an Out, on `threads` threads of its own at each subtask. What it throws is a failed
/// answer.
template <typename In, typename Function>
class BlockingFunction : public AsyncFunction<In, std::invoke_result_t<Function&, const In&>> {
 public:
  using Out = std::invoke_result_t<Function&, const In&>;

  BlockingFunction(std::size_t threads, Function function)
      : function_(std::move(function)), pool_(threads) {}

  template <typename Context>
  void open(Context&) {
    pool_.Start();
  }
  void async_invoke(const In& record, AsyncResult<Out> result) {
    pool_.Post([this, record, result] {
      try {
        result.complete(function_(record));
      } catch (const std::exception& e) {
        result.fail(e.what());
      }
    });
  }

 private:
  Function function_;
  internal::ThreadPool pool_;  // its threads end before the function
};

/// blocking<Order>(8, [](const Order& order) { return database.Price(order); })
template <typename In, typename Function>
BlockingFunction<In, Function> blocking(std::size_t threads, Function function) {
  return {threads, std::move(function)};
}

}  // namespace penstock
