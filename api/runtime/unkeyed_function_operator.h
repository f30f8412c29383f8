#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/collector.h"
#include "api/operator_process.h"
#include "api/runtime/keyed_loop.h"
#include "api/runtime/operator.h"
#include "api/runtime/operator_states.h"
#include "api/runtime/side_outputs.h"
#include "api/runtime/typed_batch.h"

namespace penstock {

/// The operator states that the members of a function declare.
template <typename Fn>
std::vector<StateDescriptor> UnkeyedStates(const std::string& uid, const Fn& function) {
  std::vector<StateDescriptor> states;
  internal::OperatorStates::Describe(uid, function, states);
  return states;
}

/// Runs a function without keys. Its own bytes are the last watermark and the operator states. What
/// derives from it gives the function the records.
template <typename Fn>
class UnkeyedFunctionOperator : public Operator {
 public:
  using Out = typename Fn::Output;

  UnkeyedFunctionOperator(std::string uid, Fn function)
      : uid_(std::move(uid)), function_(std::move(function)) {}

  Status Open(OperatorContext& context, Output& output) override {
    output_ = &output;
    collector_.emplace(batch_, output);
    sides_.emplace(context);
    context_.emplace(context, *sides_);
    PENSTOCK_RETURN_IF_ERROR(states_.Bind(uid_, function_));
    if (!context.restored()) OpenFunction();
    return Status::Ok();
  }
  Status Restore(const OperatorRestore& restore) override {
    OperatorRestore states = restore;
    Timestamp watermark = Timestamp::Min();
    PENSTOCK_RETURN_IF_ERROR(TakeWatermark(states, watermark));
    context_->SetWatermark(watermark);
    PENSTOCK_RETURN_IF_ERROR(states_.Restore(states));
    OpenFunction();
    return Status::Ok();
  }
  Status SnapshotState(CheckpointId, std::string& state) override {
    AppendWatermark(context_->watermark(), state);
    return states_.Save(state);
  }
  void ProcessWatermark(Timestamp watermark) override {
    context_->SetWatermark(watermark);
    output_->EmitWatermark(watermark);
  }
  Status Close() override {
    if constexpr (requires { function_.close(); }) function_.close();
    return Status::Ok();
  }

 protected:
  /// Calls `call(record, context, collector)` for each record.
  template <typename T, typename Call>
  void ForEachRecord(const TypedBatch<T>& records, Call&& call) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      context_->SetTimestamp(records.timestamps()[i]);
      collector_->SetTimestamp(records.timestamps()[i]);
      call(records[i], *context_, *collector_);
    }
    Flush();
  }

  Fn& function() { return function_; }

 private:
  void OpenFunction() {
    if constexpr (requires { function_.open(*context_); }) {
      function_.open(*context_);
      Flush();
    }
  }
  void Flush() {
    collector_->Flush();
    sides_->Flush();
  }

  const std::string uid_;
  Fn function_;
  internal::OperatorStates states_;
  Output* output_ = nullptr;
  std::optional<internal::SideOutputs> sides_;
  std::optional<FunctionContext> context_;
  TypedBatch<Out> batch_;
  std::optional<Collector<Out>> collector_;
};

}  // namespace penstock
