#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "api/runtime/keyed_function_operator.h"
#include "api/runtime/unkeyed_function_operator.h"

namespace penstock {

/// Runs a CoProcess or BroadcastProcess.
template <typename Fn>
class CoProcessOperator final : public UnkeyedFunctionOperator<Fn> {
 public:
  using In1 = typename Fn::Input1;
  using In2 = typename Fn::Input2;

  using UnkeyedFunctionOperator<Fn>::UnkeyedFunctionOperator;

  void ProcessBatch(Batch& batch) override { ProcessInput(0, batch); }
  void ProcessInput(std::uint32_t input, Batch& batch) override {
    if (input == 0) {
      this->ForEachRecord(
          static_cast<TypedBatch<In1>&>(batch),
          [this](const In1& record, FunctionContext& context, auto& out) {
            if constexpr (requires { this->function().process1(record, context, out); }) {
              this->function().process1(record, context, out);
            } else {
              this->function().process(record, context, out);
            }
          });
    } else {
      this->ForEachRecord(
          static_cast<TypedBatch<In2>&>(batch),
          [this](const In2& record, FunctionContext& context, auto& out) {
            if constexpr (requires { this->function().process2(record, context, out); }) {
              this->function().process2(record, context, out);
            } else {
              this->function().process_broadcast(record, context, out);
            }
          });
    }
  }
};

/// Runs a KeyedCoProcess.
template <typename Fn, typename KeyFn1, typename KeyFn2>
class KeyedCoProcessOperator final : public KeyedFunctionOperator<typename Fn::Key, Fn> {
 public:
  using In1 = typename Fn::Input1;
  using In2 = typename Fn::Input2;

  KeyedCoProcessOperator(std::string uid, KeyFn1 key1, KeyFn2 key2, Fn function)
      : KeyedFunctionOperator<typename Fn::Key, Fn>(std::move(uid), std::move(function)),
        key1_(std::move(key1)),
        key2_(std::move(key2)) {}

  void ProcessBatch(Batch& batch) override { ProcessInput(0, batch); }
  void ProcessInput(std::uint32_t input, Batch& batch) override {
    if (input == 0) {
      this->ForEachRecord(static_cast<TypedBatch<In1>&>(batch), key1_, [this](const In1& record) {
        this->function().process1(record, this->context(), this->collector());
      });
    } else {
      this->ForEachRecord(static_cast<TypedBatch<In2>&>(batch), key2_, [this](const In2& record) {
        this->function().process2(record, this->context(), this->collector());
      });
    }
  }

 private:
  const KeyFn1 key1_;
  const KeyFn2 key2_;
};

/// Runs a KeyedBroadcastProcess.
template <typename Fn, typename KeyFn>
class KeyedBroadcastOperator final : public KeyedFunctionOperator<typename Fn::Key, Fn> {
 public:
  using In = typename Fn::Input1;
  using Broadcast = typename Fn::Input2;

  KeyedBroadcastOperator(std::string uid, KeyFn key, Fn function)
      : KeyedFunctionOperator<typename Fn::Key, Fn>(std::move(uid), std::move(function)),
        key_(std::move(key)) {}

  void ProcessBatch(Batch& batch) override { ProcessInput(0, batch); }
  void ProcessInput(std::uint32_t input, Batch& batch) override {
    if (input != 0) return ProcessBroadcast(static_cast<TypedBatch<Broadcast>&>(batch));
    this->ForEachRecord(static_cast<TypedBatch<In>&>(batch), key_, [this](const In& record) {
      this->function().process(record, this->context(), this->collector());
    });
  }

 private:
  void ProcessBroadcast(const TypedBatch<Broadcast>& records) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      this->function_context().SetTimestamp(records.timestamps()[i]);
      this->collector().SetTimestamp(records.timestamps()[i]);
      this->function().process_broadcast(records[i], this->function_context(), this->collector());
    }
    this->Flush();
  }

  const KeyFn key_;
};

}  // namespace penstock
