#pragma once

#include <future>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "wire/coordinator_rpc.capnp.h"
#include "wire/kj_loop.h"
#include "wire/rpc_connection.h"
#include "wire/rpc_server.h"

namespace penstock {

/// What CoordinatorRpcServer hides. Everything runs on its KJ thread but Start, Stop, Send and
/// Disconnect. Connections are known by a number, never reused, so that what outlives one is
/// harmless.
class RpcServerLoop {
 public:
  using ConnectionId = std::uint64_t;

  RpcServerLoop(CoordinatorRpcServerOptions options, CoordinatorRpcHandlers handlers)
      : options_(std::move(options)), handlers_(std::move(handlers)) {}

  Result<std::uint16_t> Start();
  void Stop() { kj_.Stop(); }
  void Send(WorkerId worker, WorkerCommand command);
  void Disconnect(WorkerId worker);

  // What the connections call.
  Status CheckHello(std::string_view secret, std::uint32_t protocol) const;
  const std::string& token_path() const { return options_.token.path; }
  Status Register(ConnectionId connection, control::Admission::RegisterParams::Reader params);
  void OnEvent(ConnectionId connection, control::WorkerEvent::Reader event);
  Result<std::string> ReadPlugin(const std::string& hash, std::uint64_t offset,
                                 std::uint32_t length) const;

 private:
  struct Peer {
    Peer(kj::Own<kj::AsyncIoStream> stream, capnp::Capability::Client bootstrap)
        : wire(kj::mv(stream), capnp::rpc::twoparty::Side::SERVER),
          rpc(capnp::makeRpcServer(wire.network, kj::mv(bootstrap))) {}

    RpcConnection wire;
    capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc;
    std::optional<WorkerId> worker;  // set by registration, as `commands`
    kj::Maybe<control::CommandSink::Client> commands;
    kj::Promise<void> watch = nullptr;     // closes this end when the other has closed
    kj::Promise<void> deadline = nullptr;  // of registration
  };

  void Main(kj::AsyncIoContext& io);
  void Started(Result<std::uint16_t> result);
  kj::Promise<void> Accept(kj::ConnectionReceiver& listener);
  void Add(kj::Own<kj::AsyncIoStream> stream);
  void PostClose(ConnectionId connection);
  void Close(ConnectionId connection);
  void SendNow(WorkerId worker, const WorkerCommand& command);
  Status CheckToken(control::Admission::RegisterParams::Reader params) const;

  const CoordinatorRpcServerOptions options_;
  const CoordinatorRpcHandlers handlers_;
  KjLoop kj_;
  std::promise<Result<std::uint16_t>> started_;

  bool started_set_ = false;
  kj::Timer* timer_ = nullptr;
  ConnectionId last_connection_ = 0;
  std::map<ConnectionId, kj::Own<Peer>> peers_;
  std::unordered_map<WorkerId, ConnectionId> workers_;
};

/// The bootstrap capability of one connection. `loop` must outlive it.
control::Coordinator::Client MakeCoordinatorCalls(RpcServerLoop& loop,
                                                  RpcServerLoop::ConnectionId connection);

}  // namespace penstock
