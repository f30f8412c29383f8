#include "wire/rpc_server.h"

#include "common/net_address.h"
#include "wire/rpc_server_loop.h"

namespace penstock {

CoordinatorRpcServer::CoordinatorRpcServer() = default;
CoordinatorRpcServer::~CoordinatorRpcServer() = default;

Result<std::uint16_t> CoordinatorRpcServer::Start(CoordinatorRpcServerOptions options,
                                                  CoordinatorRpcHandlers handlers) {
  if (options.secret.empty()) return Status::Internal("the control server needs a secret");
  if (!IsLoopbackName(options.address)) {
    return Status::InvalidArgument(
        "coordinator.rpc.address is not an address of this machine alone: " + options.address,
        "use 127.0.0.1; other addresses have to wait for encryption and authentication");
  }
  loop_ = std::make_unique<RpcServerLoop>(std::move(options), std::move(handlers));
  return loop_->Start();
}

void CoordinatorRpcServer::Stop() {
  if (loop_ != nullptr) loop_->Stop();
}

void CoordinatorRpcServer::Send(WorkerId worker, WorkerCommand command) {
  loop_->Send(worker, std::move(command));
}

void CoordinatorRpcServer::Disconnect(WorkerId worker) { loop_->Disconnect(worker); }

}  // namespace penstock
