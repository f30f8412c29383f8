#include "worker/exchange/local_channel.h"

#include <cassert>
#include <utility>

namespace penstock::exchange {

LocalChannel::LocalChannel(std::shared_ptr<GateQueue> queue, std::uint32_t channel,
                           TaskSignal& signal, CancelFlag cancelled)
    : queue_(std::move(queue)),
      channel_(channel),
      signal_(signal),
      cancelled_(std::move(cancelled)) {
  queue_->SetSenderSignal(channel_, &signal_);
}

LocalChannel::~LocalChannel() { queue_->SetSenderSignal(channel_, nullptr); }

void LocalChannel::SendBatch(std::unique_ptr<Batch> batch) {
  const std::size_t bytes = batch->MemoryBytes();
  Count(bytes);
  bool waited = false;
  while (!cancelled_->load(std::memory_order_acquire)) {
    if (queue_->TryPushBatch(channel_, batch, bytes)) break;
    signal_.Wait(std::nullopt);
    waited = true;
  }
  // The signal may have meant mail or input, which the task has yet to see.
  if (waited) signal_.Notify();
}

void LocalChannel::SendBuffer(std::uint32_t /*count*/) {
  assert(false && "a local channel sends batches");
}

bool LocalChannel::HasRoom() const {
  return cancelled_->load(std::memory_order_acquire) || queue_->HasRoom(channel_);
}

void LocalChannel::SendControl(StreamElement element) {
  if (cancelled_->load(std::memory_order_acquire)) return;
  queue_->PushControl(channel_, std::move(element));
}

}  // namespace penstock::exchange
