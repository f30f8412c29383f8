#include "worker/exchange/gate_queue.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "wire/frame.h"

namespace penstock::exchange {
namespace {

constexpr std::int64_t kOwned = kOwnedCreditBytes;
constexpr std::int64_t kMostLent = kLentCreditBytes;
/// Credit is granted in pieces of this, unless the sender could be out of it: each costs a message.
/// Senders that share what is lent get smaller ones.
constexpr std::int64_t kGrantPiece = 4 * kOwned;
/// A starving local sender is woken when this little is under way: waking costs more than a batch.
constexpr std::int64_t kWakeBelow = (kOwned + kMostLent) / 2;
/// Emptied batches kept per channel.
constexpr std::size_t kMostRecycled = 8;
/// A batch that large records have grown beyond this is not kept: its slots keep their memory.
constexpr std::size_t kLargestRecycled = 4 * kOwned;

}  // namespace

GateQueue::GateQueue(const std::vector<ChannelKind>& channels, GrantCredit grant,
                     std::size_t pool_bytes)
    : channel_count_(static_cast<std::uint32_t>(channels.size())),
      pool_bytes_(pool_bytes),
      grant_(std::move(grant)),
      channels_(channels.size()),
      pool_free_(static_cast<std::int64_t>(pool_bytes)) {
  for (std::size_t i = 0; i < channels.size(); ++i) {
    channels_[i].kind = channels[i];
    if (channels[i] == ChannelKind::kRemote) channels_[i].granted = channels_[i].committed = kOwned;
  }
}

bool GateQueue::MayCommit(const ChannelState& channel, std::int64_t bytes) const {
  if (channel.committed == 0) return true;
  const std::int64_t beyond = channel.committed + bytes - kOwned;
  return beyond <= std::min(kMostLent, channel.lent + pool_free_);
}

/// Changes what the channel has committed and borrows or returns accordingly.
void GateQueue::Commit(ChannelState& channel, std::int64_t bytes) {
  channel.committed += bytes;
  const std::int64_t wanted = std::clamp<std::int64_t>(channel.committed - kOwned, 0, kMostLent);
  const std::int64_t borrowed = std::min(wanted - channel.lent, pool_free_);
  channel.lent += borrowed;
  pool_free_ -= borrowed;
}

void GateQueue::Push(std::uint32_t index, Waiting waiting) {
  ChannelState& channel = channels_[index];
  queued_bytes_ += waiting.bytes;
  channel.elements.push_back(std::move(waiting));
  if (channel.elements.size() > 1 || channel.blocked) return;
  ready_.push_back(index);
  if (ready_.size() == 1 && receiver_ != nullptr) receiver_->Notify();
}

bool GateQueue::TryPushBatch(std::uint32_t index, std::unique_ptr<Batch>& batch,
                             std::size_t bytes) {
  MutexLock lock(mu_);
  ChannelState& channel = channels_[index];
  if (!MayCommit(channel, static_cast<std::int64_t>(bytes))) {
    if (!std::exchange(channel.starving, true)) ++starving_;
    return false;
  }
  Commit(channel, static_cast<std::int64_t>(bytes));
  Push(index, {std::move(batch), {}, bytes});
  return true;
}

bool GateQueue::HasRoom(std::uint32_t index) {
  MutexLock lock(mu_);
  ChannelState& channel = channels_[index];
  if (MayCommit(channel, kOwned)) return true;
  if (!std::exchange(channel.starving, true)) ++starving_;
  return false;
}

std::unique_ptr<Batch> GateQueue::TakeRecycled(std::uint32_t index) {
  MutexLock lock(mu_);
  auto& recycled = channels_[index].recycled;
  if (recycled.empty()) return nullptr;
  std::unique_ptr<Batch> batch = std::move(recycled.back());
  recycled.pop_back();
  return batch;
}

Status GateQueue::PushFrame(std::uint32_t index, Message frame, std::uint32_t records, bool backlog,
                            std::uint32_t returned) {
  const std::size_t bytes = frame.size();
  std::uint32_t grant;
  {
    MutexLock lock(mu_);
    ChannelState& channel = channels_[index];
    const auto size = static_cast<std::int64_t>(bytes);
    if (size > channel.granted && channel.granted < kOwned) {
      return Status::Internal(fmt::format(
          "expected at most {} bytes of credit to be used, found {}", channel.granted, size));
    }
    channel.granted -= size + returned;
    Commit(channel, -static_cast<std::int64_t>(returned));
    SetBacklog(channel, backlog);
    Push(index, {EncodedRecords{{}, records}, std::move(frame), bytes});
    grant = NextGrant(channel);
  }
  if (grant != 0) grant_(index, grant);
  return Status::Ok();
}

void GateQueue::PushControl(std::uint32_t index, StreamElement element, std::uint32_t returned) {
  MutexLock lock(mu_);
  ChannelState& channel = channels_[index];
  if (returned != 0) {
    channel.granted -= returned;
    SetBacklog(channel, false);
    Commit(channel, -static_cast<std::int64_t>(returned));
  }
  if (!channel.elements.empty() && std::holds_alternative<Watermark>(element) &&
      std::holds_alternative<Watermark>(channel.elements.back().element)) {
    channel.elements.back().element = std::move(element);
    return;
  }
  Push(index, {std::move(element), {}, 0});
}

void GateQueue::SetSenderSignal(std::uint32_t channel, TaskSignal* signal) {
  MutexLock lock(mu_);
  channels_[channel].sender = signal;
}

void GateQueue::SetReceiverSignal(TaskSignal* signal) {
  MutexLock lock(mu_);
  receiver_ = signal;
}

std::optional<InputGate::Received> GateQueue::Poll() {
  const std::uint32_t returned_to = in_hand_.channel;
  const Message finished = std::move(in_hand_.frame);  // freed without the lock
  std::uint32_t grant = 0;
  std::optional<InputGate::Received> received;
  {
    MutexLock lock(mu_);
    if (in_hand_.active) grant = ReleaseInHand();
    if (!ready_.empty()) received = TakeNext();
  }
  if (grant != 0) grant_(returned_to, grant);
  return received;
}

void GateQueue::SetBacklog(ChannelState& channel, bool backlog) {
  backlogged_ += static_cast<int>(backlog) - static_cast<int>(channel.backlog);
  channel.backlog = backlog;
}

/// Gives back the credit of what Poll returned last; the result is to be granted to its sender.
std::uint32_t GateQueue::ReleaseInHand() {
  in_hand_.active = false;
  ChannelState& channel = channels_[in_hand_.channel];
  Commit(channel, -static_cast<std::int64_t>(in_hand_.bytes));
  if (starving_ > 0) NotifyStarving();
  return channel.kind == ChannelKind::kRemote ? NextGrant(channel) : 0;
}

/// Decides how much credit a remote sender gets now. Whatever it sends next, it never waits for
/// credit that only waits here to become a larger piece.
std::uint32_t GateQueue::NextGrant(ChannelState& channel) {
  std::int64_t bytes = std::max<std::int64_t>(0, kOwned - channel.committed);
  if (channel.backlog) {
    const std::int64_t share =
        std::max(static_cast<std::int64_t>(pool_bytes_) / backlogged_, kOwned);
    bytes += std::clamp<std::int64_t>(std::min(share, kMostLent) - channel.lent, 0, pool_free_);
  }
  const bool sender_may_wait = channel.granted < kOwned && channel.elements.empty();
  const std::int64_t piece =
      std::max(kGrantPiece / std::max<std::int64_t>(backlogged_, 1), 2 * kOwned);
  if (bytes <= 0 || (bytes < piece && !sender_may_wait)) return 0;
  Commit(channel, bytes);
  channel.granted += bytes;
  return static_cast<std::uint32_t>(bytes);
}

void GateQueue::NotifyStarving() {
  for (ChannelState& channel : channels_) {
    if (!channel.starving || channel.committed > kWakeBelow) continue;
    if (!MayCommit(channel, kOwned)) continue;
    channel.starving = false;
    --starving_;
    if (channel.sender != nullptr) channel.sender->Notify();
  }
}

InputGate::Received GateQueue::TakeNext() {
  const std::uint32_t index = ready_.front();
  ready_.pop_front();
  ChannelState& channel = channels_[index];
  Waiting next = std::move(channel.elements.front());
  channel.elements.pop_front();
  if (!channel.elements.empty()) ready_.push_back(index);

  queued_bytes_ -= next.bytes;
  in_hand_ = {true, index, next.bytes, std::move(next.frame)};
  if (auto* records = std::get_if<EncodedRecords>(&next.element)) {
    records->bytes = in_hand_.frame.bytes().substr(kFrameHeaderBytes);
  }
  return {index, std::move(next.element), in_hand_.bytes};
}

void GateQueue::Recycle(std::uint32_t index, std::unique_ptr<Batch> batch) {
  std::unique_ptr<Batch> surplus;  // freed without the lock
  MutexLock lock(mu_);
  auto& recycled = channels_[index].recycled;
  if (recycled.size() < kMostRecycled && in_hand_.bytes <= kLargestRecycled) {
    recycled.push_back(std::move(batch));
  } else {
    surplus = std::move(batch);
  }
}

void GateQueue::Block(std::uint32_t index) {
  MutexLock lock(mu_);
  channels_[index].blocked = true;
  std::erase(ready_, index);
}

void GateQueue::UnblockAll() {
  MutexLock lock(mu_);
  for (std::uint32_t i = 0; i < channel_count_; ++i) {
    ChannelState& channel = channels_[i];
    if (std::exchange(channel.blocked, false) && !channel.elements.empty()) ready_.push_back(i);
  }
}

void GateQueue::NotifyAll() {
  MutexLock lock(mu_);
  if (receiver_ != nullptr) receiver_->Notify();
  for (ChannelState& channel : channels_) {
    if (channel.sender != nullptr) channel.sender->Notify();
  }
}

double GateQueue::usage(std::uint32_t index) const {
  MutexLock lock(mu_);
  const ChannelState& channel = channels_[index];
  const std::int64_t limit = kOwned + std::min(kMostLent, channel.lent + pool_free_);
  return std::clamp(static_cast<double>(channel.committed) / static_cast<double>(limit), 0.0, 1.0);
}

std::size_t GateQueue::queued_bytes() const {
  MutexLock lock(mu_);
  return queued_bytes_;
}

}  // namespace penstock::exchange
