#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "common/status.h"
#include "wire/frame.h"
#include "wire/messages.h"
#include "worker/exchange/handshake.h"
#include "worker/exchange/zmq_socket.h"

namespace penstock::exchange {

/// The connections to all other task hosts of a run: one bound ROUTER, to which hosts with smaller
/// ids connect, and a DEALER to each host with a larger one. Greets, authenticates, notices when a
/// peer is gone. After Connect it belongs to the exchange thread.
class PeerSockets {
 public:
  /// Takes an opened frame of a peer that has said hello.
  using Receiver = std::function<Status(std::uint32_t peer, const Frame& opened, Message frame)>;

  explicit PeerSockets(Identity self);
  ~PeerSockets();
  PeerSockets(const PeerSockets&) = delete;
  PeerSockets& operator=(const PeerSockets&) = delete;

  /// Binds the ROUTER to a free port of `address`; returns "tcp://address:port".
  Result<std::string> Bind(const std::string& address);
  /// Connects to `peers`, whose indices are the ids of peers from now on, and sends hellos.
  Status Connect(const std::vector<HostAssignment>& peers, Receiver receiver);

  /// OK when all peers have said hello, else the first that hasn't and why.
  Status AllConnected() const;
  /// It has said goodbye or is gone.
  bool HasLeft(std::uint32_t peer) const { return peers_[peer].leaving || peers_[peer].gone; }
  /// Sends to a connected peer. Frames to a peer that has said goodbye are an error.
  Status Send(std::uint32_t peer, Message frame);
  /// Handles what has arrived: at most some frames per connection, then what happened to
  /// connections. True when there was something. An error ends the attempt.
  Result<bool> Receive();
  /// Waits until something arrives, `event_fd` is readable or the time is over; negative: no limit.
  /// Only after Receive has returned false.
  void Wait(int event_fd, long timeout_millis);

  /// Tells all peers that nothing follows. From now on losing a peer is no error.
  void SayGoodbye();
  /// Every peer has everything that was sent, or has gone itself.
  bool AllGoodbyesAnswered() const;
  void Close();

 private:
  struct Peer {
    HostId host;
    std::string endpoint;
    std::string routing_id;  // of a peer that connects to our ROUTER
    Socket dealer;           // to a peer that we connect to
    Socket monitor;          // of the dealer
    int fd = -1;             // of the connection to our ROUTER
    bool connected = false;  // has said hello
    bool refused = false;    // has said something else: is ignored
    Status refusal;
    bool leaving = false;   // has said goodbye
    bool answered = false;  // has answered our goodbye
    bool gone = false;
  };

  bool connects_to(const Peer& peer) const { return self_.host < peer.host; }
  std::string Describe(const Peer& peer) const;
  Status OpenDealer(Peer& peer, std::uint32_t index);
  Status SendRaw(Peer& peer, Message frame);
  Result<std::size_t> ReceiveFromRouter(std::size_t limit);
  Result<std::size_t> ReceiveFromDealer(std::uint32_t index, std::size_t limit);
  Status HandleFrame(std::uint32_t index, Message frame);
  Status HandleHello(Peer& peer, const Message& frame);
  Status HandleGreeting(Peer& peer, FrameKind kind);
  Result<std::size_t> ReadRouterEvents();
  Result<std::size_t> ReadDealerEvents(std::uint32_t index);
  Status Lost(Peer& peer);
  void CollectSockets();

  const Identity self_;
  void* context_;
  Socket router_;
  Socket router_monitor_;
  std::vector<Peer> peers_;
  std::unordered_map<std::string, std::uint32_t> by_routing_id_;
  /// Connections to the ROUTER that have ended without our knowing whose they were.
  std::unordered_set<int> ended_fds_;
  Receiver receiver_;
  bool said_goodbye_ = false;
  // What Wait polls; kept for their memory.
  std::vector<Socket*> polled_;
  std::vector<pollfd> fds_;
};

}  // namespace penstock::exchange
