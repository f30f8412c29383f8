#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/collector.h"
#include "api/operator_process.h"
#include "api/runtime/keyed_loop.h"
#include "api/runtime/operator.h"
#include "api/runtime/operator_states.h"
#include "api/runtime/typed_batch.h"

namespace penstock {

/// The states that the members of a Process declare.
template <typename Fn>
std::vector<StateDescriptor> UnkeyedProcessStates(const std::string& uid, const Fn& function) {
  std::vector<StateDescriptor> states;
  internal::OperatorStates::Describe(uid, function, states);
  return states;
}

/// Runs a Process. Its own bytes are the last watermark and the operator states.
template <typename T, typename Fn>
class UnkeyedProcessOperator final : public Operator {
 public:
  using Out = typename Fn::Output;

  static_assert(
      requires(Fn fn, const T& record, FunctionContext& context, Collector<Out>& out) {
        fn.process(record, context, out);
      },
      "a Process needs void process(const In&, Context&, penstock::Collector<Out>&)");

  UnkeyedProcessOperator(std::string uid, Fn function)
      : uid_(std::move(uid)), function_(std::move(function)) {}

  Status Open(OperatorContext& context, Output& output) override {
    output_ = &output;
    collector_.emplace(batch_, output);
    context_.reset(new FunctionContext(context));
    PENSTOCK_RETURN_IF_ERROR(states_.Bind(uid_, function_));
    if (!context.restored()) OpenFunction();
    return Status::Ok();
  }
  Status Restore(const OperatorRestore& restore) override {
    OperatorRestore states = restore;
    PENSTOCK_RETURN_IF_ERROR(TakeWatermark(states, context_->watermark_));
    PENSTOCK_RETURN_IF_ERROR(states_.Restore(states));
    OpenFunction();
    return Status::Ok();
  }
  Status SnapshotState(CheckpointId, std::string& state) override {
    AppendWatermark(context_->watermark_, state);
    return states_.Save(state);
  }
  void ProcessBatch(Batch& batch) override {
    const auto& records = static_cast<TypedBatch<T>&>(batch);
    for (std::size_t i = 0; i < records.size(); ++i) {
      context_->timestamp_ = records.timestamps()[i];
      collector_->SetTimestamp(records.timestamps()[i]);
      function_.process(records[i], *context_, *collector_);
    }
    collector_->Flush();
  }
  void ProcessWatermark(Timestamp watermark) override {
    context_->watermark_ = watermark;
    output_->EmitWatermark(watermark);
  }
  Status Close() override {
    if constexpr (requires { function_.close(); }) function_.close();
    return Status::Ok();
  }

 private:
  void OpenFunction() {
    if constexpr (requires { function_.open(*context_); }) function_.open(*context_);
  }

  const std::string uid_;
  Fn function_;
  internal::OperatorStates states_;
  Output* output_ = nullptr;
  std::unique_ptr<FunctionContext> context_;
  TypedBatch<Out> batch_;
  std::optional<Collector<Out>> collector_;
};

}  // namespace penstock
