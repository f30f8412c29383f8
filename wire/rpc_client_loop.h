#pragma once

#include <functional>
#include <string>
#include <vector>

#include "wire/coordinator_rpc.capnp.h"
#include "wire/kj_loop.h"
#include "wire/rpc_client.h"
#include "wire/rpc_connection.h"

namespace penstock {

/// What CoordinatorRpcClient hides. Everything runs on its KJ thread but Start, Stop, Register,
/// Post and FetchPlugin.
///
///            Register            accepted
///   kIdle ─────────────▶ kConnecting ───────▶ kInSession
///     ▲                   │  ▲   │                 │
///     │      refused      │  └───┘ failed: wait    │
///     └───────────────────┴────────────────────────┘ lost
class RpcClientLoop {
 public:
  RpcClientLoop(FileSystem& fs, CoordinatorRpcClientOptions options,
                CoordinatorRpcClientHandlers handlers)
      : fs_(fs), options_(std::move(options)), handlers_(std::move(handlers)) {}

  Status Start();
  void Stop() { kj_.Stop(); }
  void Register(WorkerRegistration registration);
  void Post(WorkerEvent event);
  void FetchPlugin(std::string hash, std::function<void(Result<std::string>)> done);

  /// A command has arrived. Those that overtake the answer to the registration wait for it.
  void OnCommand(WorkerCommand command);

 private:
  enum class Phase : unsigned char { kIdle, kConnecting, kInSession };

  struct Connection {
    explicit Connection(kj::Own<kj::AsyncIoStream> stream)
        : wire(kj::mv(stream), capnp::rpc::twoparty::Side::CLIENT),
          rpc(capnp::makeRpcClient(wire.network)) {}

    RpcConnection wire;
    capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc;
    kj::Maybe<control::Session::Client> session;
    kj::Promise<void> watch = nullptr;
    kj::Promise<void> heartbeats = nullptr;
  };
  struct Fetch {
    std::string hash;
    std::string content;
    std::function<void(Result<std::string>)> done;
  };

  void Main(kj::AsyncIoContext& io);

  // Connecting.
  void Attempt();
  kj::Promise<Status> Establish();
  kj::Promise<Status> Hello();
  kj::Promise<Status> Admit(control::Admission::Client admission, const std::string& token_path);
  void Attempted(Status status);
  void TryLater();

  // In session.
  void BeginSession();
  kj::Promise<void> Heartbeat();
  void PostLost(std::uint64_t session_number, Status reason);
  void Lose(std::uint64_t session_number, Status reason);
  void SendNow(const WorkerEvent& event);
  kj::Promise<void> FetchRest(kj::Own<Fetch> fetch);

  FileSystem& fs_;
  const CoordinatorRpcClientOptions options_;
  const CoordinatorRpcClientHandlers handlers_;
  KjLoop kj_;

  kj::AsyncIoContext* io_ = nullptr;
  Phase phase_ = Phase::kIdle;
  WorkerRegistration registration_;
  std::chrono::milliseconds backoff_{0};
  std::uint64_t session_number_ = 0;  // so that news of an old session is recognised
  std::vector<WorkerCommand> early_commands_;
  kj::Own<Connection> connection_;
  kj::Promise<void> attempt_ = nullptr;  // the attempt under way, or the wait for the next
};

}  // namespace penstock
