#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/status.h"
#include "wire/messages.h"
#include "wire/rpc_protocol.h"

namespace penstock {

/// What a worker must find in the checkpoint directory to be admitted, because the directory has to
/// be the same for all. No check when `path` is empty.
struct SharedToken {
  std::string path;
  std::string content;
};

struct CoordinatorRpcServerOptions {
  std::string address = "127.0.0.1";  ///< A loopback name or address; others are refused.
  std::uint16_t port = 0;             ///< 0 picks a free one.
  std::string secret;                 ///< The cluster's; must not be empty.
  SharedToken token{};
};

/// Called on the server's thread; they must not block, so they post. on_register for a worker comes
/// before its events, and on_lost last.
struct CoordinatorRpcHandlers {
  /// Not OK refuses the worker and tells it why; it tries again when the status says "later".
  std::function<Status(const WorkerRegistration&)> on_register;
  std::function<void(WorkerId, WorkerEvent)> on_event;
  /// The connection of a registered worker has closed. Exactly once per on_register that was OK,
  /// unless the server is stopped before.
  std::function<void(WorkerId)> on_lost;
  /// Up to `length` bytes at `offset` of a plugin; fewer only at its end. May read a file.
  std::function<Result<std::string>(const std::string& hash, std::uint64_t offset,
                                    std::uint32_t length)>
      read_plugin;
};

class RpcServerLoop;

/// The coordinator's end of the control connections. All methods are thread-safe and none blocks
/// but Start and Stop; nothing of it may be called from a handler but Send and Disconnect.
class CoordinatorRpcServer {
 public:
  CoordinatorRpcServer();
  /// Stop() must have been called if Start() succeeded.
  ~CoordinatorRpcServer();

  /// Listens and returns the port. kAlreadyExists when the port is in use.
  Result<std::uint16_t> Start(CoordinatorRpcServerOptions options, CoordinatorRpcHandlers handlers);
  /// Closes all connections. No handler is called any more when it returns.
  void Stop();

  /// Commands to one worker arrive in order. Dropped when the worker is not connected.
  void Send(WorkerId worker, WorkerCommand command);
  /// Closes the worker's connection; on_lost follows.
  void Disconnect(WorkerId worker);

 private:
  std::unique_ptr<RpcServerLoop> loop_;
};

}  // namespace penstock
