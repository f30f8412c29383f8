#include "wire/rpc_client.h"

#include "wire/rpc_client_loop.h"

namespace penstock {

CoordinatorRpcClient::CoordinatorRpcClient(FileSystem& fs) : fs_(fs) {}
CoordinatorRpcClient::~CoordinatorRpcClient() = default;

Status CoordinatorRpcClient::Start(CoordinatorRpcClientOptions options,
                                   CoordinatorRpcClientHandlers handlers) {
  loop_ = std::make_unique<RpcClientLoop>(fs_, std::move(options), std::move(handlers));
  return loop_->Start();
}

void CoordinatorRpcClient::Stop() {
  if (loop_ != nullptr) loop_->Stop();
}

void CoordinatorRpcClient::Register(WorkerRegistration registration) {
  loop_->Register(std::move(registration));
}

void CoordinatorRpcClient::Post(WorkerEvent event) { loop_->Post(std::move(event)); }

void CoordinatorRpcClient::FetchPlugin(std::string hash,
                                       std::function<void(Result<std::string>)> done) {
  loop_->FetchPlugin(std::move(hash), std::move(done));
}

}  // namespace penstock
