#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/record_type.h"
#include "common/status.h"
#include "graph/watermark_valve.h"
#include "worker/exchange/input_gate.h"
#include "worker/task/barrier_aligner.h"
#include "worker/task/operator_chain.h"

namespace penstock {

/// What a task does with barriers.
class BarrierReceiver {
 public:
  virtual ~BarrierReceiver() = default;
  /// All channels have the barrier.
  virtual Status OnAligned(const CheckpointBarrier& barrier, std::int64_t alignment_nanos) = 0;
  /// A newer barrier has come before all channels had this one.
  virtual void OnAborted(CheckpointId checkpoint) = 0;
};

/// Takes the elements of a task's input apart: records go through the chain, watermarks through the
/// valve, barriers through the aligner. Task thread only unless stated.
class TaskInput {
 public:
  /// `channels` by input_index. All that is referred to outlives this.
  /// `counting`: whether records and bytes are counted.
  TaskInput(std::unique_ptr<InputGate> gate, const std::vector<InputChannelType>& channels,
            OperatorChain& chain, const Clock& clock, BarrierReceiver& barriers,
            CheckpointMode mode, bool counting = true);

  /// Handles the next element; `worked` is false when there is none now.
  Status Step(bool& worked);

  std::uint32_t channel_count() const { return gate_->channel_count(); }
  void RestoreWatermarks(const std::vector<Timestamp>& watermarks);
  /// By channel, at its last barrier: what a snapshot stores. What came behind the barrier comes
  /// again after a restore, when a watermark from there would make it late. Of a channel that lags
  /// behind the task's watermark, as an idle one does, it is that one, which made its records late.
  const std::vector<Timestamp>& watermarks() const { return at_barrier_; }
  Timestamp watermark() const { return valve_.current(); }

  // Any thread:
  std::size_t queued_bytes() const { return gate_->queued_bytes(); }
  std::size_t capacity_bytes() const { return gate_->capacity_bytes(); }
  std::uint64_t records() const { return records_.value(); }
  std::uint64_t bytes() const { return bytes_.value(); }

 private:
  void Count(const InputGate::Received& received);
  Status Take(std::uint32_t channel, std::unique_ptr<Batch> batch);
  Status Take(std::uint32_t channel, const EncodedRecords& encoded);
  Status Take(std::uint32_t channel, Watermark watermark);
  Status Take(std::uint32_t channel, WatermarkStatus status);
  Status Take(std::uint32_t channel, const CheckpointBarrier& barrier);
  Status Forward(const WatermarkValve::Change& change);

  /// A channel's type, with a batch to decode into: one for all channels of an edge.
  struct ChannelInput {
    InputChannelType type;
    std::shared_ptr<Batch> decoded;  // shared by channels of one type
  };

  const std::unique_ptr<InputGate> gate_;
  std::vector<ChannelInput> channels_;
  OperatorChain& chain_;
  const Clock& clock_;
  BarrierReceiver& barriers_;
  const CheckpointMode mode_;
  const bool counting_;
  BarrierAligner aligner_;
  WatermarkValve valve_;
  std::vector<Timestamp> at_barrier_;  // by channel
  Counter records_;
  Counter bytes_;
};

}  // namespace penstock
