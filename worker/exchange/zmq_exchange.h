#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "common/mutex.h"
#include "worker/exchange/exchange.h"
#include "worker/exchange/frame_receiver.h"
#include "worker/exchange/outbox.h"
#include "worker/exchange/peer_sockets.h"
#include "worker/exchange/remote_channel.h"

namespace penstock::exchange {

/// The Exchange over ZeroMQ. Life: made · bound · connecting · running · (failed) · stopped.
class ZmqExchange final : public Exchange {
 public:
  explicit ZmqExchange(ExchangeOptions options);
  ~ZmqExchange() override;

  Result<std::string> Bind() override;
  Status Connect(const PhysicalPlan& plan, const std::vector<HostAssignment>& hosts,
                 std::function<void(Status)> on_failure) override;
  std::unique_ptr<InputGate> TakeInput(SubtaskId subtask, TaskSignal& signal) override;
  std::vector<std::unique_ptr<OutputChannel>> TakeOutputs(SubtaskId subtask, std::uint32_t edge,
                                                          TaskSignal& signal) override;
  std::size_t queued_bytes() const override EXCLUDES(mu_);
  std::size_t capacity_bytes() const override EXCLUDES(mu_);
  void Cancel() override;
  void Stop() override;

 private:
  /// Where the subtasks are: the index of a peer, or kHere.
  static constexpr std::uint32_t kHere = UINT32_MAX;
  using Places = std::unordered_map<SubtaskId, std::uint32_t>;

  Status Place(const PhysicalPlan& plan, const std::vector<HostAssignment>& hosts);
  void MakeGates() EXCLUDES(mu_);
  void MakeGate(SubtaskId subtask, const std::vector<const Channel*>& inputs) EXCLUDES(mu_);
  void MakeCredits() EXCLUDES(mu_);
  Status WaitUntilConnected() EXCLUDES(mu_);
  std::unique_ptr<OutputChannel> MakeOutput(const Channel& channel, TaskSignal& signal);

  // Exchange thread.
  void Run();
  Result<bool> Work();
  Result<bool> FlushOutbox();
  Status Handle(Outbox::Item& item);
  Status Grant(const Outbox::GrantCredit& grant);
  void Fail(Status reason);
  void UpdateConnecting();
  void ReportConnected(Status status) EXCLUDES(mu_);
  void StartStopping();
  bool MayEnd() const;
  long PollMillis() const;

  const ExchangeOptions options_;
  const std::shared_ptr<Outbox> outbox_;
  const std::shared_ptr<std::atomic<bool>> cancelled_;
  std::atomic<bool> stop_{false};

  // Constant after Connect.
  PhysicalPlan plan_;
  Places places_;
  std::vector<HostAssignment> peers_;
  std::shared_ptr<BufferPool> pool_;
  std::function<void(Status)> on_failure_;
  bool bound_ = false;

  // Caller's thread until Connect has started the exchange thread, then that one's.
  PeerSockets sockets_;
  FrameReceiver receiver_;
  std::vector<Outbox::Item> taken_;
  bool connecting_ = true;
  bool failed_ = false;
  std::optional<Clock::MonotonicTime> deadline_;  // of connecting, then of stopping

  std::thread thread_;

  mutable Mutex mu_;
  CondVar connected_;
  std::optional<Status> connect_result_ GUARDED_BY(mu_);
  std::unordered_map<SubtaskId, std::shared_ptr<GateQueue>> gates_ GUARDED_BY(mu_);
  std::unordered_map<ChannelId, std::shared_ptr<SendCredit>> credits_ GUARDED_BY(mu_);
};

}  // namespace penstock::exchange
