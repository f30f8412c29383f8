#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "worker/exchange/gate_queue.h"
#include "worker/exchange/output_channel.h"
#include "worker/task/task_signal.h"

namespace penstock::exchange {

/// Set once, by Exchange::Cancel; shared because channel ends may outlive the exchange.
using CancelFlag = std::shared_ptr<const std::atomic<bool>>;

/// Sending end of a channel inside the process: batches go by pointer into the receiver's
/// GateQueue.
class LocalChannel final : public OutputChannel {
 public:
  /// `queue` is shared with the receiver and its other senders. `signal` outlives the channel.
  LocalChannel(std::shared_ptr<GateQueue> queue, std::uint32_t channel, TaskSignal& signal,
               CancelFlag cancelled);
  ~LocalChannel() override;

  bool local() const override { return true; }
  void SendBatch(std::unique_ptr<Batch> batch) override;
  std::unique_ptr<Batch> TakeRecycled() override { return queue_->TakeRecycled(channel_); }
  /// Remote channels only; nothing that is written here is sent.
  std::string& buffer() override { return unused_; }
  void SendBuffer(std::uint32_t count) override;
  bool HasRoom() const override;
  void SendControl(StreamElement element) override;
  double usage() const override { return queue_->usage(channel_); }

 private:
  const std::shared_ptr<GateQueue> queue_;
  const std::uint32_t channel_;
  TaskSignal& signal_;
  const CancelFlag cancelled_;
  std::string unused_;
};

}  // namespace penstock::exchange
