#pragma once

#include <string>
#include <utility>

#include "api/runtime/unkeyed_function_operator.h"

namespace penstock {

/// Runs a Process.
template <typename T, typename Fn>
class UnkeyedProcessOperator final : public UnkeyedFunctionOperator<Fn> {
 public:
  static_assert(
      requires(Fn fn, const T& record, FunctionContext& context,
               Collector<typename Fn::Output>& out) { fn.process(record, context, out); },
      "a Process needs void process(const In&, Context&, penstock::Collector<Out>&)");

  using UnkeyedFunctionOperator<Fn>::UnkeyedFunctionOperator;

  void ProcessBatch(Batch& batch) override {
    this->ForEachRecord(static_cast<TypedBatch<T>&>(batch),
                        [this](const T& record, FunctionContext& context, auto& out) {
                          this->function().process(record, context, out);
                        });
  }
};

}  // namespace penstock
