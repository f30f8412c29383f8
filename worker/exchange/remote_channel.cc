#include "worker/exchange/remote_channel.h"

#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "api/runtime/channel_writer.h"
#include "worker/exchange/control_codec.h"

namespace penstock::exchange {

static_assert(kOwnedCreditBytes == kWireBufferBytes, "a channel owns one wire buffer");

namespace {

/// A buffer with less was sent because time was up, not because it was full.
constexpr std::size_t kNearlyFull = kWireBufferBytes / 4 * 3;

}  // namespace

RemoteChannel::RemoteChannel(FrameHeader address, std::uint32_t peer, Parts parts,
                             TaskSignal& signal)
    : next_(address),
      peer_(peer),
      parts_(std::move(parts)),
      signal_(signal),
      buffer_(parts_.pool->Take()) {
  parts_.credit->SetSignal(&signal_);
}

RemoteChannel::~RemoteChannel() { parts_.credit->SetSignal(nullptr); }

void RemoteChannel::SendBatch(std::unique_ptr<Batch> /*batch*/) {
  assert(false && "a remote channel sends buffers");
}

bool RemoteChannel::HasRoom() const {
  return cancelled() || parts_.credit->MaySend(kWireBufferBytes);
}

void RemoteChannel::SendBuffer(std::uint32_t count) {
  const auto bytes = static_cast<std::int64_t>(buffer_->size());
  if (buffer_->size() > kMaxFrameBytes) return RefuseTooLarge();
  const bool had_credit = parts_.credit->MaySend(bytes);
  if (!WaitForCredit(bytes)) {
    buffer_->resize(kFrameHeaderBytes);
    return;
  }
  parts_.credit->Spend(bytes);
  recent_bytes_ += buffer_->size();
  Count(buffer_->size());
  SendData(count, !had_credit || buffer_->size() >= kNearlyFull);
}

bool RemoteChannel::WaitForCredit(std::int64_t bytes) {
  bool waited = false;
  while (!cancelled() && !parts_.credit->MaySend(bytes)) {
    signal_.Wait(std::nullopt);
    waited = true;
  }
  // The signal may have meant mail or input, which the task has yet to see.
  if (waited) signal_.Notify();
  return !cancelled();
}

void RemoteChannel::SendData(std::uint32_t count, bool more_to_come) {
  FrameHeader header = next_;
  header.kind = FrameKind::kData;
  header.record_count = count;
  if (more_to_come) {
    header.backlog_bytes = kLentCreditBytes;
  } else {
    header.credit_bytes = parts_.credit->TakeLent();
  }
  Post(header);
}

void RemoteChannel::RefuseTooLarge() {
  parts_.outbox->Post(Outbox::Fail{
      Status::User(ErrorCode::kInvalidArgument,
                   fmt::format("channel {}: a record takes {} bytes; expected at most {}",
                               ToString(next_.channel), buffer_->size(), kMaxFrameBytes),
                   "send large values by reference, or split them into several records")});
  buffer_ = parts_.pool->Take();
}

void RemoteChannel::SendControl(StreamElement element) {
  if (cancelled()) return;
  assert(buffer_->size() == kFrameHeaderBytes && "records wait in front of a control element");
  AppendControl(element, *buffer_);
  FrameHeader header = next_;
  header.kind = FrameKind::kControl;
  if (std::exchange(recent_bytes_, 0) < kOwnedCreditBytes) {
    header.credit_bytes = parts_.credit->TakeLent();
  }
  Post(header);
}

/// Sends the buffer under this header and starts a new one.
void RemoteChannel::Post(const FrameHeader& header) {
  SealFrame(header, buffer_->data(), buffer_->size());
  ++next_.sequence;
  Message message = header.kind == FrameKind::kData
                        ? BufferPool::Lend(std::move(buffer_), parts_.pool)
                        : Message::CopyOf(*buffer_);
  if (buffer_ == nullptr) {
    buffer_ = parts_.pool->Take();
  } else {
    buffer_->resize(kFrameHeaderBytes);
  }
  parts_.outbox->Post(Outbox::SendFrame{peer_, std::move(message)});
}

}  // namespace penstock::exchange
