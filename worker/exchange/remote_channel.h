#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/ids.h"
#include "wire/frame.h"
#include "worker/exchange/buffer_pool.h"
#include "worker/exchange/local_channel.h"
#include "worker/exchange/outbox.h"
#include "worker/exchange/output_channel.h"
#include "worker/exchange/send_credit.h"

namespace penstock::exchange {

/// Sending end of a channel to another task host: seals frames and hands them to the exchange
/// thread.
class RemoteChannel final : public OutputChannel {
 public:
  /// What a channel shares with the exchange and others; shared because channels may outlive it.
  struct Parts {
    std::shared_ptr<SendCredit> credit;
    std::shared_ptr<Outbox> outbox;
    std::shared_ptr<BufferPool> pool;
    CancelFlag cancelled;
  };

  /// `address` gives job, generation and channel. `signal` outlives the channel.
  RemoteChannel(FrameHeader address, std::uint32_t peer, Parts parts, TaskSignal& signal);
  ~RemoteChannel() override;

  bool local() const override { return false; }
  /// Local channels only; the batch is dropped.
  void SendBatch(std::unique_ptr<Batch> batch) override;
  std::unique_ptr<Batch> TakeRecycled() override { return nullptr; }
  /// Begins with kFrameHeaderBytes of room for the header, which must be left alone.
  std::string& buffer() override { return *buffer_; }
  void SendBuffer(std::uint32_t count) override;
  bool HasRoom() const override;
  void SendControl(StreamElement element) override;
  double usage() const override { return parts_.credit->usage(); }

 private:
  bool cancelled() const { return parts_.cancelled->load(std::memory_order_acquire); }
  bool WaitForCredit(std::int64_t bytes);
  void RefuseTooLarge();
  void SendData(std::uint32_t count, bool more_to_come);
  void Post(const FrameHeader& header);

  FrameHeader next_;  // with the next sequence number
  const std::uint32_t peer_;
  const Parts parts_;
  TaskSignal& signal_;
  BufferPool::Buffer buffer_;
  /// Since the last control element; a channel that sends little has no use for lent credit.
  std::size_t recent_bytes_ = 0;
};

}  // namespace penstock::exchange
