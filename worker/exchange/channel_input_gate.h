#pragma once

#include <memory>
#include <utility>

#include "worker/exchange/gate_queue.h"
#include "worker/exchange/input_gate.h"

namespace penstock::exchange {

/// A task's hold of its GateQueue.
class ChannelInputGate final : public InputGate {
 public:
  /// `queue` is shared with the senders, which may end before or after the receiver. `signal`
  /// outlives the gate.
  ChannelInputGate(std::shared_ptr<GateQueue> queue, TaskSignal& signal)
      : queue_(std::move(queue)) {
    queue_->SetReceiverSignal(&signal);
  }
  ~ChannelInputGate() override { queue_->SetReceiverSignal(nullptr); }

  std::uint32_t channel_count() const override { return queue_->channel_count(); }
  std::optional<Received> Poll() override { return queue_->Poll(); }
  void Recycle(std::uint32_t channel, std::unique_ptr<Batch> batch) override {
    queue_->Recycle(channel, std::move(batch));
  }
  void Block(std::uint32_t channel) override { queue_->Block(channel); }
  void UnblockAll() override { queue_->UnblockAll(); }
  std::size_t queued_bytes() const override { return queue_->queued_bytes(); }
  std::size_t capacity_bytes() const override { return queue_->capacity_bytes(); }

 private:
  const std::shared_ptr<GateQueue> queue_;
};

}  // namespace penstock::exchange
