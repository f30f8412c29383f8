#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "api/runtime/keyed_function_operator.h"

namespace penstock {

/// Runs a KeyedProcess.
template <typename T, typename KeyFn, typename Fn>
class ProcessOperator final : public KeyedFunctionOperator<KeyOf<T, KeyFn>, Fn> {
 public:
  using Base = KeyedFunctionOperator<KeyOf<T, KeyFn>, Fn>;

  static_assert(std::same_as<KeyOf<T, KeyFn>, typename Fn::Key> &&
                    std::same_as<T, typename Fn::Input>,
                "key and record type of the KeyedProcess must be those of the keyed stream");
  static_assert(
      requires(Fn fn, const T& record, typename Base::Context& context,
               Collector<typename Base::Out>& out) { fn.process(record, context, out); },
      "a KeyedProcess needs void process(const In&, Context&, penstock::Collector<Out>&)");

  ProcessOperator(std::string uid, KeyFn key, Fn function)
      : Base(std::move(uid), std::move(function)), key_fn_(std::move(key)) {}

  void ProcessBatch(Batch& batch) override {
    this->ForEachRecord(static_cast<TypedBatch<T>&>(batch), key_fn_, [this](const T& record) {
      this->function().process(record, this->context(), this->collector());
    });
  }

 private:
  const KeyFn key_fn_;
};

/// `function` is a KeyedProcess.
template <typename T, typename KeyFn, typename Fn>
std::unique_ptr<Operator> MakeProcess(std::string uid, KeyFn key, Fn function) {
  return std::make_unique<ProcessOperator<T, KeyFn, Fn>>(std::move(uid), std::move(key),
                                                         std::move(function));
}

}  // namespace penstock
