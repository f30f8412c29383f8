#include "worker/exchange/zmq_exchange.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "common/stacks/named_thread.h"
#include "graph/exchange_memory.h"
#include "worker/exchange/channel_input_gate.h"
#include "worker/exchange/local_channel.h"

namespace penstock {

std::unique_ptr<Exchange> NewExchange(ExchangeOptions options) {
  return std::make_unique<exchange::ZmqExchange>(std::move(options));
}

namespace exchange {
namespace {

/// Send buffers kept for the next use, however few channels there are.
constexpr std::size_t kFewBuffers = 16;

}  // namespace

ZmqExchange::ZmqExchange(ExchangeOptions options)
    : options_(std::move(options)),
      outbox_(std::make_shared<Outbox>()),
      cancelled_(std::make_shared<std::atomic<bool>>(false)),
      sockets_({options_.job, options_.generation, options_.host, options_.cluster_secret}),
      receiver_(options_.job, options_.generation) {}

ZmqExchange::~ZmqExchange() { assert((!bound_ || stop_) && "Stop was not called"); }

Result<std::string> ZmqExchange::Bind() {
  PENSTOCK_RETURN_IF_ERROR(outbox_->Open());
  bound_ = true;
  return sockets_.Bind(options_.bind_address);
}

Status ZmqExchange::Connect(const PhysicalPlan& plan, const std::vector<HostAssignment>& hosts,
                            std::function<void(Status)> on_failure) {
  plan_ = plan;
  on_failure_ = std::move(on_failure);
  PENSTOCK_RETURN_IF_ERROR(Place(plan, hosts));
  MakeGates();
  MakeCredits();
  PENSTOCK_RETURN_IF_ERROR(
      sockets_.Connect(peers_, [this](std::uint32_t peer, const Frame& opened, Message frame) {
        return receiver_.Receive(peer, opened, std::move(frame));
      }));
  deadline_ = std::chrono::steady_clock::now() + options_.connect_timeout;
  thread_ = std::thread([this] {
    const NamedThread name("exchange");
    Run();
  });
  return WaitUntilConnected();
}

/// Finds out where every subtask runs, and whether the memory suffices for those that run here.
Status ZmqExchange::Place(const PhysicalPlan& plan, const std::vector<HostAssignment>& hosts) {
  std::vector<SubtaskId> here;
  for (const HostAssignment& host : hosts) {
    const bool is_self = host.host == options_.host;
    for (SubtaskId subtask : host.subtasks) {
      places_[subtask] = is_self ? kHere : static_cast<std::uint32_t>(peers_.size());
    }
    if (is_self) {
      here = host.subtasks;
    } else {
      peers_.push_back(host);
    }
  }
  for (SubtaskId subtask : plan.subtasks) {
    if (places_.contains(subtask)) continue;
    return Status::Internal(fmt::format("subtask {} of vertex {} has no task host", subtask.index,
                                        ToString(subtask.vertex)));
  }
  return CheckExchangeMemory(ComputeExchangeMemory(plan, here), options_.memory_bytes, plan,
                             nullptr);
}

void ZmqExchange::MakeGates() {
  std::unordered_map<SubtaskId, std::vector<const Channel*>> inputs;
  for (const Channel& channel : plan_.channels) {
    if (places_.at(channel.to) == kHere) inputs[channel.to].push_back(&channel);
  }
  for (auto& [subtask, channels] : inputs) {
    std::ranges::sort(channels, {}, &Channel::input_index);
    MakeGate(subtask, channels);
  }
}

void ZmqExchange::MakeGate(SubtaskId subtask, const std::vector<const Channel*>& inputs) {
  std::vector<GateQueue::ChannelKind> kinds;
  std::vector<ChannelId> ids;
  for (const Channel* channel : inputs) {
    const bool local = places_.at(channel->from) == kHere;
    kinds.push_back(local ? GateQueue::ChannelKind::kLocal : GateQueue::ChannelKind::kRemote);
    ids.push_back(channel->id);
  }
  auto grant = [outbox = outbox_, ids](std::uint32_t channel, std::uint32_t bytes) {
    outbox->Post(Outbox::GrantCredit{ids[channel], bytes});
  };
  auto gate = std::make_shared<GateQueue>(kinds, std::move(grant));
  for (const Channel* channel : inputs) {
    const std::uint32_t peer = places_.at(channel->from);
    if (peer != kHere) receiver_.AddInput(channel->id, peer, gate, channel->input_index);
  }
  MutexLock lock(mu_);
  gates_[subtask] = std::move(gate);
}

void ZmqExchange::MakeCredits() {
  MutexLock lock(mu_);
  for (const Channel& channel : plan_.channels) {
    const std::uint32_t peer = places_.at(channel.to);
    if (peer == kHere || places_.at(channel.from) != kHere) continue;
    auto credit = std::make_shared<SendCredit>();
    receiver_.AddOutput(channel.id, peer, credit);
    credits_[channel.id] = std::move(credit);
  }
  pool_ = std::make_shared<BufferPool>(std::max(kFewBuffers, credits_.size()));
}

Status ZmqExchange::WaitUntilConnected() {
  MutexLock lock(mu_);
  while (!connect_result_) connected_.Wait(mu_);
  return *connect_result_;
}

std::unique_ptr<InputGate> ZmqExchange::TakeInput(SubtaskId subtask, TaskSignal& signal) {
  MutexLock lock(mu_);
  auto found = gates_.find(subtask);
  if (found == gates_.end()) return nullptr;
  return std::make_unique<ChannelInputGate>(found->second, signal);
}

std::vector<std::unique_ptr<OutputChannel>> ZmqExchange::TakeOutputs(SubtaskId subtask,
                                                                     std::uint32_t edge,
                                                                     TaskSignal& signal) {
  std::vector<std::unique_ptr<OutputChannel>> outputs;
  for (const Channel* channel : plan_.OutputsOf(subtask, edge)) {
    outputs.push_back(MakeOutput(*channel, signal));
  }
  return outputs;
}

std::unique_ptr<OutputChannel> ZmqExchange::MakeOutput(const Channel& channel, TaskSignal& signal) {
  const std::uint32_t peer = places_.at(channel.to);
  MutexLock lock(mu_);
  if (peer == kHere) {
    return std::make_unique<LocalChannel>(gates_.at(channel.to), channel.input_index, signal,
                                          cancelled_);
  }
  const FrameHeader address{
      .channel = channel.id, .job = options_.job, .generation = options_.generation};
  return std::make_unique<RemoteChannel>(
      address, peer, RemoteChannel::Parts{credits_.at(channel.id), outbox_, pool_, cancelled_},
      signal);
}

std::size_t ZmqExchange::queued_bytes() const {
  MutexLock lock(mu_);
  std::size_t bytes = 0;
  for (const auto& [subtask, gate] : gates_) bytes += gate->queued_bytes();
  return bytes;
}

std::size_t ZmqExchange::capacity_bytes() const {
  MutexLock lock(mu_);
  std::size_t bytes = 0;
  for (const auto& [subtask, gate] : gates_) bytes += gate->capacity_bytes();
  return bytes;
}

void ZmqExchange::Cancel() {
  cancelled_->store(true, std::memory_order_release);
  {
    MutexLock lock(mu_);
    for (auto& [subtask, gate] : gates_) gate->NotifyAll();
    for (auto& [channel, credit] : credits_) credit->Notify();
  }
  outbox_->Post(Outbox::WakeUp{});
}

void ZmqExchange::Stop() {
  if (stop_.exchange(true)) return;
  if (thread_.joinable()) {
    outbox_->Post(Outbox::WakeUp{});
    thread_.join();
  }
  sockets_.Close();
}

}  // namespace exchange
}  // namespace penstock
