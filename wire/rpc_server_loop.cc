#include "wire/rpc_server_loop.h"

#include <cstring>

#include "common/logging.h"
#include "wire/control_codec.h"

namespace penstock {
namespace {

/// More connections at once are closed unheard.
constexpr std::size_t kMaxConnections = 1024;
/// Wait after a failed accept, such as one for want of descriptors.
constexpr auto kAcceptPause = 100 * kj::MILLISECONDS;

/// In time that does not depend on where the texts differ.
bool SameSecret(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

Status ListenError(const kj::Exception& exception, const CoordinatorRpcServerOptions& options) {
  const std::string where = options.address + ":" + std::to_string(options.port);
  const std::string reason = exception.getDescription().cStr();
  if (reason.find(std::strerror(EADDRINUSE)) != std::string::npos) {
    return Status::User(ErrorCode::kAlreadyExists, "port in use: " + where,
                        "choose another coordinator.rpc.port, or 0 for a free one");
  }
  return Status::External("cannot listen on " + where + ": " + reason);
}

}  // namespace

Result<std::uint16_t> RpcServerLoop::Start() {
  auto failed = [this](Status status) {
    if (started_set_)
      LogError("control connections have ended", {{"error", status}});
    else
      Started(std::move(status));
  };
  PENSTOCK_RETURN_IF_ERROR(kj_.Start([this](kj::AsyncIoContext& io) { Main(io); }, failed));
  Result<std::uint16_t> port = started_.get_future().get();
  if (!port.ok()) Stop();
  return port;
}

void RpcServerLoop::Started(Result<std::uint16_t> result) {
  started_set_ = true;
  started_.set_value(std::move(result));
}

void RpcServerLoop::Main(kj::AsyncIoContext& io) {
  kj::Own<kj::ConnectionReceiver> listener;
  auto exception = kj::runCatchingExceptions([&] {
    auto address = io.provider->getNetwork()
                       .parseAddress(options_.address.c_str(), options_.port)
                       .wait(io.waitScope);
    listener = address->listen();
  });
  KJ_IF_MAYBE (thrown, exception) return Started(ListenError(*thrown, options_));

  timer_ = &io.provider->getTimer();
  auto accepting = Accept(*listener).eagerlyEvaluate(nullptr);
  KJ_DEFER(peers_.clear());  // before the event loop that they live on
  Started(static_cast<std::uint16_t>(listener->getPort()));
  kj_.Serve(io);
}

kj::Promise<void> RpcServerLoop::Accept(kj::ConnectionReceiver& listener) {
  return listener.accept().then(
      [this, &listener](kj::Own<kj::AsyncIoStream>&& stream) {
        Add(kj::mv(stream));
        return Accept(listener);
      },
      [this, &listener](kj::Exception&& exception) {
        LogWarn("cannot accept a worker's connection", {{"error", FromKj(exception)}});
        return timer_->afterDelay(kAcceptPause).then([this, &listener] {
          return Accept(listener);
        });
      });
}

void RpcServerLoop::Add(kj::Own<kj::AsyncIoStream> stream) {
  if (peers_.size() >= kMaxConnections) return;
  const ConnectionId id = ++last_connection_;
  auto peer = kj::heap<Peer>(kj::mv(stream), MakeCoordinatorCalls(*this, id));
  peer->watch = peer->wire.network.onDisconnect()
                    .then([this, id] { PostClose(id); }, [this, id](auto&&) { PostClose(id); })
                    .eagerlyEvaluate(nullptr);
  peer->deadline = timer_->afterDelay(kRegistrationTimeout.count() * kj::SECONDS)
                       .then([this, id] {
                         const auto found = peers_.find(id);
                         if (found != peers_.end() && !found->second->worker) PostClose(id);
                       })
                       .eagerlyEvaluate(nullptr);
  peers_.emplace(id, kj::mv(peer));
}

void RpcServerLoop::PostClose(ConnectionId connection) {
  kj_.Post([this, connection] { Close(connection); });
}

void RpcServerLoop::Close(ConnectionId connection) {
  const auto found = peers_.find(connection);
  if (found == peers_.end()) return;
  const std::optional<WorkerId> worker = found->second->worker;
  peers_.erase(found);
  if (!worker) return;
  workers_.erase(*worker);
  handlers_.on_lost(*worker);
}

void RpcServerLoop::Send(WorkerId worker, WorkerCommand command) {
  kj_.Post([this, worker, command = std::move(command)] { SendNow(worker, command); });
}

void RpcServerLoop::SendNow(WorkerId worker, const WorkerCommand& command) {
  const auto found = workers_.find(worker);
  if (found == workers_.end()) return;
  const ConnectionId connection = found->second;
  KJ_IF_MAYBE (sink, peers_.at(connection)->commands) {
    auto request = sink->commandRequest();
    control::Write(command, request.initCommand());
    request.send().ignoreResult().detach([this, connection](auto&&) { PostClose(connection); });
  }
}

void RpcServerLoop::Disconnect(WorkerId worker) {
  kj_.Post([this, worker] {
    if (const auto found = workers_.find(worker); found != workers_.end()) Close(found->second);
  });
}

Status RpcServerLoop::CheckHello(std::string_view secret, std::uint32_t protocol) const {
  if (protocol != kControlProtocol) {
    return Status::InvalidArgument(
        "the coordinator speaks version " + std::to_string(kControlProtocol) +
            " of the control protocol, this worker version " + std::to_string(protocol),
        "install the same version of penstock on all machines");
  }
  if (!SameSecret(secret, options_.secret)) {
    return Status::User(ErrorCode::kUnauthorized,
                        "the coordinator refuses this worker's cluster secret",
                        "start the worker with the secret file of the running cluster");
  }
  return Status::Ok();
}

Status RpcServerLoop::CheckToken(control::Admission::RegisterParams::Reader params) const {
  if (options_.token.path.empty()) return Status::Ok();
  const Status read = control::Read(params.getTokenStatus());
  const auto token = params.getToken().asChars();
  const bool same = std::string_view(token.begin(), token.size()) == options_.token.content;
  if (read.ok() && same) return Status::Ok();
  const std::string reason = read.ok() ? "another file is in its place" : read.message();
  return Status::InvalidArgument(
      "this worker does not see the coordinator's checkpoint directory: " + options_.token.path +
          ": " + reason,
      "set execution.checkpointing.dir to a directory that all machines share");
}

Status RpcServerLoop::Register(ConnectionId connection,
                               control::Admission::RegisterParams::Reader params) {
  const auto found = peers_.find(connection);
  if (found == peers_.end()) return Status::Unavailable("the connection is being closed");
  Peer& peer = *found->second;
  PENSTOCK_RETURN_IF_ERROR(CheckToken(params));
  const WorkerRegistration registration = control::Read(params.getRegistration());
  if (peer.worker) return Status::Internal("this connection has registered a worker already");
  if (const auto known = workers_.find(registration.worker); known != workers_.end()) {
    // It has not got our answer and tries again; the end of its older connection was not seen.
    PostClose(known->second);
    return Status::Unavailable("an older connection of this worker is being closed");
  }
  PENSTOCK_RETURN_IF_ERROR(handlers_.on_register(registration));
  peer.worker = registration.worker;
  peer.commands = params.getCommands();
  workers_.emplace(registration.worker, connection);
  return Status::Ok();
}

void RpcServerLoop::OnEvent(ConnectionId connection, control::WorkerEvent::Reader event) {
  const auto found = peers_.find(connection);
  if (found == peers_.end() || !found->second->worker) return;
  handlers_.on_event(*found->second->worker, control::Read(event));
}

Result<std::string> RpcServerLoop::ReadPlugin(const std::string& hash, std::uint64_t offset,
                                              std::uint32_t length) const {
  return handlers_.read_plugin(hash, offset, length);
}

}  // namespace penstock
