#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/file_system.h"
#include "common/status.h"
#include "wire/messages.h"
#include "wire/rpc_protocol.h"

namespace penstock {

struct CoordinatorRpcClientOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string secret;
  std::uint32_t protocol = kControlProtocol;
  std::chrono::milliseconds heartbeat_interval{1000};
  /// An unanswered heartbeat loses the coordinator after this time.
  std::chrono::milliseconds heartbeat_timeout{3000};
  /// Delay after the first failed attempt to connect; doubles up to `max_backoff`.
  std::chrono::milliseconds initial_backoff{50};
  std::chrono::milliseconds max_backoff{2000};
};

/// Called on the client's thread; they must not block, so they post.
struct CoordinatorRpcClientHandlers {
  std::function<void(WorkerId)> on_registered;
  /// The coordinator will not have this worker; no further attempt is made.
  std::function<void(Status)> on_refused;
  /// An attempt to connect has failed; another follows.
  std::function<void(Status)> on_unreachable;
  /// After on_registered, in the order in which they were sent.
  std::function<void(WorkerCommand)> on_command;
  /// The session has ended. Exactly once per on_registered, unless the client is stopped before.
  std::function<void(Status)> on_lost;
  /// Asked before each heartbeat.
  std::function<WorkerHeartbeat()> heartbeat;
};

class RpcClientLoop;

/// A worker's end of its control connection. All methods are thread-safe and none blocks but Start
/// and Stop; those two may not be called from a handler.
class CoordinatorRpcClient {
 public:
  /// `fs` reads the token in the checkpoint directory; it must outlive this.
  explicit CoordinatorRpcClient(FileSystem& fs);
  /// Stop() must have been called if Start() succeeded.
  ~CoordinatorRpcClient();

  Status Start(CoordinatorRpcClientOptions options, CoordinatorRpcClientHandlers handlers);
  /// Closes the connection. No handler is called any more when it returns.
  void Stop();

  /// Connects and registers, trying until it works or is refused. After Start, on_refused or
  /// on_lost; ignored while another registration is under way or holds.
  void Register(WorkerRegistration registration);
  /// Events arrive in order. Dropped outside of a session.
  void Post(WorkerEvent event);
  /// Fetches a plugin into memory. `done` is called on the client's thread, unless the session ends
  /// before.
  void FetchPlugin(std::string hash, std::function<void(Result<std::string>)> done);

 private:
  FileSystem& fs_;
  std::unique_ptr<RpcClientLoop> loop_;
};

}  // namespace penstock
