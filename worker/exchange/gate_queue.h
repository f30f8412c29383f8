#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "common/mutex.h"
#include "graph/exchange_memory.h"
#include "worker/exchange/input_gate.h"
#include "worker/exchange/zmq_socket.h"
#include "worker/stream_element.h"
#include "worker/task/task_signal.h"

namespace penstock::exchange {

/// The state that one task's input gate shares with its senders: queues, credits and the pool that
/// is lent. Senders are task threads of this process (local channels) and the exchange thread
/// (remote channels).
///
/// Credits, in bytes. A channel may always have kOwnedCreditBytes under way; what it has beyond
/// that is lent to it from the gate's pool of kLentCreditBytes. "Committed" is what counts: bytes
/// queued or in the receiver's hands and, for a remote channel, bytes granted to its sender. An
/// element larger than what is left is let through when nothing else is committed, so that every
/// record gets through.
class GateQueue {
 public:
  enum class ChannelKind : unsigned char { kLocal, kRemote };
  /// Sends credit to the sender of a remote channel. Called without locks, on the task's and on the
  /// exchange thread.
  using GrantCredit = std::function<void(std::uint32_t channel, std::uint32_t bytes)>;

  /// The pool may be smaller than usual in tests.
  GateQueue(const std::vector<ChannelKind>& channels, GrantCredit grant,
            std::size_t pool_bytes = kLentCreditBytes);

  // ---- senders ----

  /// Local. Takes the batch, which has MemoryBytes() `bytes`, or leaves it and notifies the
  /// channel's sender signal later, when there is credit again.
  bool TryPushBatch(std::uint32_t channel, std::unique_ptr<Batch>& batch, std::size_t bytes)
      EXCLUDES(mu_);
  /// Local. Would a batch of kOwnedCreditBytes be taken? If not, the sender is notified later.
  bool HasRoom(std::uint32_t channel) EXCLUDES(mu_);
  std::unique_ptr<Batch> TakeRecycled(std::uint32_t channel) EXCLUDES(mu_);
  /// Remote. A data frame with its header. `backlog`: the sender has more; `returned`: credit that
  /// it gives back. An error when the sender had no credit for it.
  Status PushFrame(std::uint32_t channel, Message frame, std::uint32_t records, bool backlog,
                   std::uint32_t returned) EXCLUDES(mu_);
  /// Needs no credit. A watermark replaces one that is waiting directly before it.
  void PushControl(std::uint32_t channel, StreamElement element, std::uint32_t returned = 0)
      EXCLUDES(mu_);
  /// Null: there is no sender any more.
  void SetSenderSignal(std::uint32_t channel, TaskSignal* signal) EXCLUDES(mu_);

  // ---- the receiving task ----

  void SetReceiverSignal(TaskSignal* signal) EXCLUDES(mu_);
  std::optional<InputGate::Received> Poll() EXCLUDES(mu_);
  /// The batch that Poll returned last.
  void Recycle(std::uint32_t channel, std::unique_ptr<Batch> batch) EXCLUDES(mu_);
  void Block(std::uint32_t channel) EXCLUDES(mu_);
  void UnblockAll() EXCLUDES(mu_);

  // ---- any thread ----

  void NotifyAll() EXCLUDES(mu_);
  std::uint32_t channel_count() const { return channel_count_; }
  std::size_t queued_bytes() const EXCLUDES(mu_);
  /// Of what may be under way in a channel now, the share that is.
  double usage(std::uint32_t channel) const EXCLUDES(mu_);
  std::size_t capacity_bytes() const { return channel_count_ * kOwnedCreditBytes + pool_bytes_; }

 private:
  struct Waiting {
    StreamElement element;  // for a data frame without its bytes
    Message frame;
    std::size_t bytes = 0;
  };
  struct ChannelState {
    ChannelKind kind = ChannelKind::kLocal;
    std::deque<Waiting> elements;
    bool blocked = false;
    std::int64_t granted = 0;    // remote: credit that the sender has; negative when overdrawn
    std::int64_t committed = 0;  // granted + queued + in hand
    std::int64_t lent = 0;
    bool backlog = false;   // remote
    bool starving = false;  // local: the sender waits for a notification
    TaskSignal* sender = nullptr;
    std::vector<std::unique_ptr<Batch>> recycled;
  };
  /// What Poll returned last.
  struct InHand {
    bool active = false;
    std::uint32_t channel = 0;
    std::size_t bytes = 0;
    Message frame;
  };

  void Push(std::uint32_t channel, Waiting waiting) REQUIRES(mu_);
  bool MayCommit(const ChannelState& channel, std::int64_t bytes) const REQUIRES(mu_);
  void Commit(ChannelState& channel, std::int64_t bytes) REQUIRES(mu_);
  void SetBacklog(ChannelState& channel, bool backlog) REQUIRES(mu_);
  std::uint32_t ReleaseInHand() REQUIRES(mu_);
  std::uint32_t NextGrant(ChannelState& channel) REQUIRES(mu_);
  void NotifyStarving() REQUIRES(mu_);
  InputGate::Received TakeNext() REQUIRES(mu_);

  const std::uint32_t channel_count_;
  const std::size_t pool_bytes_;
  const GrantCredit grant_;

  InHand in_hand_;  // task thread only

  mutable Mutex mu_;
  std::vector<ChannelState> channels_ GUARDED_BY(mu_);
  /// Channels that have elements and aren't blocked, in turn.
  std::deque<std::uint32_t> ready_ GUARDED_BY(mu_);
  std::int64_t pool_free_ GUARDED_BY(mu_);
  std::size_t queued_bytes_ GUARDED_BY(mu_) = 0;
  std::size_t starving_ GUARDED_BY(mu_) = 0;
  std::int64_t backlogged_ GUARDED_BY(mu_) = 0;
  TaskSignal* receiver_ GUARDED_BY(mu_) = nullptr;
};

}  // namespace penstock::exchange
