#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "common/ids.h"
#include "common/mutex.h"
#include "common/status.h"
#include "worker/exchange/zmq_socket.h"

namespace penstock::exchange {

/// What task threads hand over to the exchange thread, in order, and how they wake it: through an
/// eventfd, written only while it sleeps. Post: any thread; the rest: the exchange thread.
class Outbox {
 public:
  struct SendFrame {
    std::uint32_t peer = 0;
    Message frame;
  };
  /// To be sent to the channel's sender.
  struct GrantCredit {
    ChannelId channel;
    std::uint32_t bytes = 0;
  };
  /// The attempt can't go on.
  struct Fail {
    Status reason;
  };
  /// Look at the flags; carries nothing.
  struct WakeUp {};
  using Item = std::variant<SendFrame, GrantCredit, Fail, WakeUp>;

  Outbox() = default;
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// Once, before all else.
  Status Open();

  void Post(Item item) EXCLUDES(mu_);
  /// Moves what is there into `items`, which must be empty; false when there is nothing.
  bool Take(std::vector<Item>& items) EXCLUDES(mu_);
  /// Whether Take would probably find something.
  bool has_items() const { return has_items_.load(std::memory_order_acquire); }
  /// False when there is something to take. After true, event_fd() becomes readable with the next
  /// Post.
  bool PrepareToSleep() EXCLUDES(mu_);
  /// Ends what PrepareToSleep began.
  void Awake() EXCLUDES(mu_);
  int event_fd() const { return event_fd_; }

 private:
  int event_fd_ = -1;  // constant after Open

  Mutex mu_;
  std::vector<Item> items_ GUARDED_BY(mu_);
  bool sleeping_ GUARDED_BY(mu_) = false;
  std::atomic<bool> has_items_{false};  // written under mu_
};

}  // namespace penstock::exchange
