#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/ids.h"
#include "common/status.h"
#include "graph/physical_plan.h"
#include "wire/messages.h"
#include "worker/exchange/input_gate.h"
#include "worker/exchange/output_channel.h"
#include "worker/task/task_signal.h"

namespace penstock {

/// Memory and fencing of an Exchange.
struct ExchangeOptions {
  JobId job;
  Generation generation;
  HostId host;
  std::string bind_address = "127.0.0.1";
  std::string cluster_secret;
  std::uint64_t memory_bytes = 0;  ///< The exchange's share of the host's memory.
  /// How long Connect waits for the other hosts.
  std::chrono::milliseconds connect_timeout{5000};
};

/// All data connections of one task host: owns the sockets on a thread of its own, the input gates
/// and the output channels. Order: Bind · Connect · (tasks run) · Stop.
class Exchange {
 public:
  virtual ~Exchange() = default;

  /// Binds the data socket and returns its endpoint, "tcp://address:port".
  virtual Result<std::string> Bind() = 0;

  /// Makes gates and channels for `host`'s subtasks, connects to the other hosts and returns when
  /// all have said hello. `on_failure` is called at most once, from the exchange thread, when a
  /// connection is lost or a frame is wrong (gap, checksum, stale generation): the attempt is over.
  /// It may call Cancel, not Stop. Fails with ResourceExhausted, a user error, when the plan needs
  /// more memory than there is, and with Unavailable naming the host that cannot be reached; then
  /// only Stop may follow.
  virtual Status Connect(const PhysicalPlan& plan, const std::vector<HostAssignment>& hosts,
                         std::function<void(Status)> on_failure) = 0;

  /// The input of a subtask of this host; null for a source. `signal` is the task's and must
  /// outlive the gate; call once per subtask, after Connect.
  virtual std::unique_ptr<InputGate> TakeInput(SubtaskId subtask, TaskSignal& signal) = 0;
  /// The channels of edge `edge` that leave a subtask of this host, by receiving subtask. `signal`
  /// is notified when credit arrives, and must outlive the channels. Call once per subtask and
  /// edge.
  virtual std::vector<std::unique_ptr<OutputChannel>> TakeOutputs(SubtaskId subtask,
                                                                  std::uint32_t edge,
                                                                  TaskSignal& signal) = 0;
  /// Bytes waiting at the gates of this host, and the most that may wait. After Connect, any
  /// thread.
  virtual std::size_t queued_bytes() const = 0;
  virtual std::size_t capacity_bytes() const = 0;
  /// Wakes every thread that waits for credit; from now on sending drops. Any thread.
  virtual void Cancel() = 0;
  /// Sends what is queued, waits until the other hosts have it (bounded by 1 s), closes the sockets
  /// and joins the thread. The other hosts are told, so that they don't take it for a failure; not
  /// so after Cancel or a failure, when it closes at once. Must be called before destruction unless
  /// Bind never was; again is fine.
  virtual void Stop() = 0;
};

std::unique_ptr<Exchange> NewExchange(ExchangeOptions options);

}  // namespace penstock
