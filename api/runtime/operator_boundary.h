#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/runtime/state_tier.h"
#include "common/status.h"

namespace penstock {

/// The line between a task and the user's code: the only place where user exceptions are caught. It
/// knows which operator of the chain is running, so that its error carries that name. Task thread
/// only unless stated.
class OperatorBoundary {
 public:
  /// `names` of the chain's operators, by position.
  explicit OperatorBoundary(std::vector<std::string> names) : names_(std::move(names)) {}

  /// Around each call of an operator; `previous` is what Enter has returned. Not done by a
  /// destructor, because after an exception the position must stay where it was thrown.
  std::uint32_t Enter(std::uint32_t position) {
    const std::uint32_t previous = current_.load(std::memory_order_relaxed);
    current_.store(position, std::memory_order_relaxed);
    return previous;
  }
  void Leave(std::uint32_t previous) { current_.store(previous, std::memory_order_relaxed); }

  /// The first error counts. Nothing is given to operators any more.
  void Fail(std::uint32_t position, Status error) {
    if (failed() || error.ok()) return;
    failure_ = error.WithContext("operator '" + names_[position] + "'");
    failed_position_ = position;
  }
  bool failed() const { return !failure_.ok(); }
  const Status& failure() const { return failure_; }
  const std::string& failed_operator() const { return names_[failed_position_]; }

  /// Calls into the chain at `position`. Returns the first error: thrown, failed or returned.
  template <std::invocable F>
  Status Run(std::uint32_t position, F&& call) {
    if (failed()) return failure_;
    const std::uint32_t previous = Enter(position);
    try {
      if constexpr (std::is_same_v<std::invoke_result_t<F>, Status>) {
        Fail(current(), call());
      } else {
        call();
      }
    } catch (const StateError& e) {
      Fail(current(), e.status());
    } catch (const std::bad_alloc&) {
      Fail(current(), Status::User(ErrorCode::kResourceExhausted, "ran out of memory",
                                   "give the worker more memory: worker.memory"));
    } catch (const std::exception& e) {
      Fail(current(),
           Status::User(ErrorCode::kFailed, std::string("threw an exception: ") + e.what()));
    } catch (...) {
      Fail(current(), Status::User(ErrorCode::kFailed,
                                   "threw something that is not derived from std::exception"));
    }
    Leave(previous);
    return failure_;
  }

  /// Any thread: the operator that runs now, or ran last.
  const std::string& current_name() const { return names_[current()]; }

 private:
  std::uint32_t current() const { return current_.load(std::memory_order_relaxed); }

  const std::vector<std::string> names_;
  std::atomic<std::uint32_t> current_{0};
  Status failure_;
  std::uint32_t failed_position_ = 0;
};

}  // namespace penstock
