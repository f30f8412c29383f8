#include "worker/exchange/peer_sockets.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace penstock::exchange {
namespace {

/// Frames taken from one connection before the others have their turn.
constexpr std::size_t kFramesPerTurn = 64;
constexpr std::size_t kAllFrames = SIZE_MAX;

constexpr int kConnectionEnds =
    ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

}  // namespace

PeerSockets::PeerSockets(Identity self) : self_(std::move(self)), context_(zmq_ctx_new()) {}

PeerSockets::~PeerSockets() { Close(); }

std::string PeerSockets::Describe(const Peer& peer) const {
  return fmt::format("task host {} at {}", ToString(peer.host), peer.endpoint);
}

Result<std::string> PeerSockets::Bind(const std::string& address) {
  if (context_ == nullptr) return ZmqError("cannot start ZeroMQ");
  PENSTOCK_ASSIGN_OR_RETURN(router_, Socket::Open(context_, ZMQ_ROUTER));
  PENSTOCK_RETURN_IF_ERROR(router_.Set(ZMQ_ROUTER_MANDATORY, 1));
  PENSTOCK_ASSIGN_OR_RETURN(router_monitor_,
                            Socket::OpenMonitor(context_, router_, "router",
                                                ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED));
  PENSTOCK_RETURN_IF_ERROR(router_.Bind("tcp://" + address + ":*"));
  return router_.LastEndpoint();
}

Status PeerSockets::Connect(const std::vector<HostAssignment>& peers, Receiver receiver) {
  receiver_ = std::move(receiver);
  peers_.resize(peers.size());
  for (std::uint32_t i = 0; i < peers.size(); ++i) {
    Peer& peer = peers_[i];
    peer.host = peers[i].host;
    peer.endpoint = peers[i].endpoint;
    if (connects_to(peer)) {
      PENSTOCK_RETURN_IF_ERROR(OpenDealer(peer, i).WithContext(Describe(peer)));
    } else {
      peer.routing_id = RoutingId({self_.job, self_.generation, peer.host, ""});
      by_routing_id_[peer.routing_id] = i;
    }
  }
  return Status::Ok();
}

Status PeerSockets::OpenDealer(Peer& peer, std::uint32_t index) {
  PENSTOCK_ASSIGN_OR_RETURN(peer.dealer, Socket::Open(context_, ZMQ_DEALER));
  PENSTOCK_RETURN_IF_ERROR(peer.dealer.Set(ZMQ_ROUTING_ID, RoutingId(self_)));
  PENSTOCK_ASSIGN_OR_RETURN(
      peer.monitor,
      Socket::OpenMonitor(context_, peer.dealer, fmt::format("dealer-{}", index), kConnectionEnds));
  PENSTOCK_RETURN_IF_ERROR(peer.dealer.Connect(peer.endpoint));
  return peer.dealer.Send(GreetingFrame(self_, FrameKind::kHello));
}

Status PeerSockets::AllConnected() const {
  for (const Peer& peer : peers_) {
    if (peer.connected) continue;
    const std::string reason = peer.refused ? peer.refusal.message() : "it has not said hello";
    return Status::Unavailable(fmt::format("no data connection to {}: {}", Describe(peer), reason));
  }
  return Status::Ok();
}

Status PeerSockets::Send(std::uint32_t index, Message frame) {
  Peer& peer = peers_[index];
  Status status =
      peer.leaving ? Status::Unavailable("it has said goodbye") : SendRaw(peer, std::move(frame));
  if (status.ok()) return status;
  return status.WithContext("lost the data connection to " + Describe(peer));
}

Status PeerSockets::SendRaw(Peer& peer, Message frame) {
  if (peer.gone) return Status::Unavailable("the connection has ended");
  if (peer.dealer) return peer.dealer.Send(std::move(frame));
  PENSTOCK_RETURN_IF_ERROR(router_.Send(Message::CopyOf(peer.routing_id), /*more=*/true));
  return router_.Send(std::move(frame));
}

Result<bool> PeerSockets::Receive() {
  PENSTOCK_ASSIGN_OR_RETURN(std::size_t count, ReceiveFromRouter(kFramesPerTurn));
  for (std::uint32_t i = 0; i < peers_.size(); ++i) {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t frames, ReceiveFromDealer(i, kFramesPerTurn));
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t events, ReadDealerEvents(i));
    count += frames + events;
  }
  PENSTOCK_ASSIGN_OR_RETURN(const std::size_t events, ReadRouterEvents());
  return count + events > 0;
}

Result<std::size_t> PeerSockets::ReceiveFromRouter(std::size_t limit) {
  std::size_t count = 0;
  for (; count < limit; ++count) {
    std::optional<Message> routing_id = router_.Receive();
    if (!routing_id) break;
    std::optional<Message> frame;
    if (routing_id->more()) frame = router_.Receive();
    for (bool more = frame && frame->more(); more;) {
      std::optional<Message> surplus = router_.Receive();
      more = surplus && surplus->more();
      frame.reset();
    }
    auto found = by_routing_id_.find(std::string(routing_id->bytes()));
    if (!frame || found == by_routing_id_.end()) continue;  // a stranger
    PENSTOCK_RETURN_IF_ERROR(HandleFrame(found->second, std::move(*frame)));
  }
  return count;
}

Result<std::size_t> PeerSockets::ReceiveFromDealer(std::uint32_t index, std::size_t limit) {
  Peer& peer = peers_[index];
  std::size_t count = 0;
  for (; peer.dealer && count < limit; ++count) {
    std::optional<Message> frame = peer.dealer.Receive();
    if (!frame) break;
    PENSTOCK_RETURN_IF_ERROR(HandleFrame(index, std::move(*frame)));
  }
  return count;
}

Status PeerSockets::HandleFrame(std::uint32_t index, Message frame) {
  Peer& peer = peers_[index];
  if (peer.refused) return Status::Ok();
  if (!peer.connected) return HandleHello(peer, frame);
  Result<Frame> opened = OpenFrame(frame.bytes());
  Status status = opened.status();
  if (status.ok()) {
    const FrameKind kind = opened->header.kind;
    const bool greeting = kind == FrameKind::kGoodbye || kind == FrameKind::kGoodbyeAck;
    status = greeting ? HandleGreeting(peer, kind) : receiver_(index, *opened, std::move(frame));
  }
  if (status.ok()) return status;
  return status.WithContext("from " + Describe(peer));
}

Status PeerSockets::HandleHello(Peer& peer, const Message& frame) {
  if (Status status = CheckHello(self_, peer.host, frame.bytes()); !status.ok()) {
    peer.refused = true;
    peer.refusal = status;
    return Status::Ok();
  }
  peer.connected = true;
  if (peer.dealer) return Status::Ok();
  // What happened to the connection so far is known after this, so the descriptor is this one's.
  peer.fd = frame.source_fd();
  router_monitor_.SetMayHaveInput();
  PENSTOCK_ASSIGN_OR_RETURN([[maybe_unused]] const std::size_t events, ReadRouterEvents());
  if (ended_fds_.contains(peer.fd)) return Lost(peer);
  return SendRaw(peer, GreetingFrame(self_, FrameKind::kHello))
      .WithContext("lost the data connection to " + Describe(peer));
}

Status PeerSockets::HandleGreeting(Peer& peer, FrameKind kind) {
  if (kind == FrameKind::kGoodbyeAck) {
    peer.answered = true;
    return Status::Ok();
  }
  peer.leaving = true;
  // If it can't be sent the peer has gone already and needs no answer.
  [[maybe_unused]] Status ignored = SendRaw(peer, GreetingFrame(self_, FrameKind::kGoodbyeAck));
  return Status::Ok();
}

Result<std::size_t> PeerSockets::ReadRouterEvents() {
  std::size_t count = 0;
  while (auto event = router_monitor_.ReceiveEvent()) {
    ++count;
    if (event->kind == ZMQ_EVENT_ACCEPTED) ended_fds_.erase(event->value);
    if (event->kind != ZMQ_EVENT_DISCONNECTED) continue;
    auto peer = std::ranges::find_if(peers_, [&](const Peer& candidate) {
      return candidate.connected && !candidate.gone && candidate.fd == event->value;
    });
    if (peer == peers_.end()) {
      ended_fds_.insert(event->value);
      continue;
    }
    // What it sent before, perhaps a goodbye, has arrived before the event.
    peer->fd = -1;
    router_.SetMayHaveInput();
    PENSTOCK_ASSIGN_OR_RETURN([[maybe_unused]] const std::size_t n, ReceiveFromRouter(kAllFrames));
    PENSTOCK_RETURN_IF_ERROR(Lost(*peer));
  }
  return count;
}

Result<std::size_t> PeerSockets::ReadDealerEvents(std::uint32_t index) {
  Peer& peer = peers_[index];
  if (!peer.monitor) return 0;
  std::size_t count = 0;
  while (auto event = peer.monitor.ReceiveEvent()) {
    ++count;
    if ((event->kind & kConnectionEnds) == 0 || peer.gone) continue;
    peer.dealer.SetMayHaveInput();
    PENSTOCK_ASSIGN_OR_RETURN([[maybe_unused]] const std::size_t n,
                              ReceiveFromDealer(index, kAllFrames));
    PENSTOCK_RETURN_IF_ERROR(Lost(peer));
  }
  return count;
}

Status PeerSockets::Lost(Peer& peer) {
  peer.gone = true;
  if (peer.leaving || said_goodbye_) return Status::Ok();
  return Status::Unavailable("lost the data connection to " + Describe(peer) +
                             (peer.connected ? "" : ": it cannot be reached"));
}

/// Sockets to be polled, behind one more place in front.
void PeerSockets::CollectSockets() {
  polled_.clear();
  auto add = [this](Socket& socket) {
    if (socket) polled_.push_back(&socket);
  };
  add(router_);
  add(router_monitor_);
  for (Peer& peer : peers_) {
    add(peer.dealer);
    add(peer.monitor);
  }
  fds_.assign(1, {-1, POLLIN, 0});
  for (const Socket* socket : polled_) fds_.push_back({socket->event_fd(), POLLIN, 0});
}

void PeerSockets::Wait(int event_fd, long timeout_millis) {
  CollectSockets();
  if (std::ranges::any_of(polled_, &Socket::may_have_input)) return;
  fds_.front().fd = event_fd;
  poll(fds_.data(), fds_.size(), static_cast<int>(timeout_millis));
  for (std::size_t i = 0; i < polled_.size(); ++i) {
    if (fds_[i + 1].revents != 0) polled_[i]->SetMayHaveInput();
  }
}

void PeerSockets::SayGoodbye() {
  said_goodbye_ = true;
  for (Peer& peer : peers_) {
    if (!peer.connected || peer.gone) continue;
    // If it can't be sent the peer has gone, which Receive notices.
    [[maybe_unused]] Status ignored = SendRaw(peer, GreetingFrame(self_, FrameKind::kGoodbye));
  }
}

bool PeerSockets::AllGoodbyesAnswered() const {
  return std::ranges::all_of(
      peers_, [](const Peer& peer) { return peer.answered || peer.gone || !peer.connected; });
}

void PeerSockets::Close() {
  if (context_ == nullptr) return;
  for (Peer& peer : peers_) peer.dealer.StopMonitor();
  router_.StopMonitor();
  peers_.clear();
  by_routing_id_.clear();
  router_monitor_.Close();
  router_.Close();
  while (zmq_ctx_term(context_) != 0 && zmq_errno() == EINTR) {
  }
  context_ = nullptr;
}

}  // namespace penstock::exchange
