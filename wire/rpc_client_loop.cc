#include "wire/rpc_client_loop.h"

#include <algorithm>

#include "common/logging.h"
#include "wire/control_codec.h"

namespace penstock {
namespace {

kj::Duration ToKj(std::chrono::milliseconds time) { return time.count() * kj::MILLISECONDS; }

class CommandSinkCalls final : public control::CommandSink::Server {
 public:
  explicit CommandSinkCalls(RpcClientLoop& loop) : loop_(loop) {}

 private:
  kj::Promise<void> command(CommandContext context) override {
    loop_.OnCommand(control::Read(context.getParams().getCommand()));
    return kj::READY_NOW;
  }

  RpcClientLoop& loop_;
};

}  // namespace

Status RpcClientLoop::Start() {
  return kj_.Start([this](kj::AsyncIoContext& io) { Main(io); },
                   [](Status status) {
                     LogError("the control connection has ended", {{"error", status}});
                   });
}

void RpcClientLoop::Main(kj::AsyncIoContext& io) {
  io_ = &io;
  KJ_DEFER({
    attempt_ = nullptr;
    connection_ = nullptr;
  });  // before the event loop that they live on
  kj_.Serve(io);
}

void RpcClientLoop::Register(WorkerRegistration registration) {
  kj_.Post([this, registration = std::move(registration)] {
    if (phase_ != Phase::kIdle) return;
    phase_ = Phase::kConnecting;
    registration_ = registration;
    backoff_ = options_.initial_backoff;
    Attempt();
  });
}

void RpcClientLoop::Attempt() {
  auto& timer = io_->provider->getTimer();
  const kj::Duration limit = ToKj(std::chrono::milliseconds(kRegistrationTimeout));
  attempt_ = timer.timeoutAfter(limit, Establish())
                 .then([](Status status) { return status; },
                       [](kj::Exception&& exception) { return FromKj(exception); })
                 .then([this](Status status) { kj_.Post([this, status] { Attempted(status); }); })
                 .eagerlyEvaluate(nullptr);
}

kj::Promise<Status> RpcClientLoop::Establish() {
  return io_->provider->getNetwork()
      .parseAddress(options_.address.c_str(), options_.port)
      .then([](kj::Own<kj::NetworkAddress>&& address) {
        auto connecting = address->connect();
        return connecting.attach(kj::mv(address));
      })
      .then([this](kj::Own<kj::AsyncIoStream>&& stream) {
        connection_ = kj::heap<Connection>(kj::mv(stream));
        return Hello();
      });
}

kj::Promise<Status> RpcClientLoop::Hello() {
  capnp::MallocMessageBuilder message;
  auto server = message.initRoot<capnp::rpc::twoparty::VatId>();
  server.setSide(capnp::rpc::twoparty::Side::SERVER);
  auto request = connection_->rpc.bootstrap(server).castAs<control::Coordinator>().helloRequest();
  request.setSecret(control::ToText(options_.secret));
  request.setProtocol(options_.protocol);
  return request.send().then([this](auto&& results) -> kj::Promise<Status> {
    Status status = control::Read(results.getStatus());
    if (!status.ok()) return status;
    return Admit(results.getAdmission(), control::ReadText(results.getTokenPath()));
  });
}

kj::Promise<Status> RpcClientLoop::Admit(control::Admission::Client admission,
                                         const std::string& token_path) {
  auto request = admission.registerRequest();
  control::Write(registration_, request.initRegistration());
  if (!token_path.empty()) {
    const Result<std::string> token = ReadFile(fs_, token_path);
    control::Write(token.status(), request.initTokenStatus());
    if (token.ok()) request.setToken(control::ToText(*token).asBytes());
  }
  request.setCommands(kj::heap<CommandSinkCalls>(*this));
  return request.send().then([this](auto&& results) {
    Status status = control::Read(results.getStatus());
    if (status.ok()) connection_->session = results.getSession();
    return status;
  });
}

void RpcClientLoop::Attempted(Status status) {
  if (status.ok()) return BeginSession();
  connection_ = nullptr;
  early_commands_.clear();
  if (status.retry() == RetryHint::kLater) {
    handlers_.on_unreachable(status.WithContext("no connection to the coordinator at " +
                                                options_.address + ":" +
                                                std::to_string(options_.port)));
    return TryLater();
  }
  phase_ = Phase::kIdle;
  handlers_.on_refused(status);
}

void RpcClientLoop::TryLater() {
  attempt_ = io_->provider->getTimer()
                 .afterDelay(ToKj(backoff_))
                 .then([this] { kj_.Post([this] { Attempt(); }); })
                 .eagerlyEvaluate(nullptr);
  backoff_ = std::min(backoff_ * 2, options_.max_backoff);
}

void RpcClientLoop::BeginSession() {
  phase_ = Phase::kInSession;
  const std::uint64_t number = ++session_number_;
  connection_->watch = connection_->wire.network.onDisconnect()
                           .then([] { return Status::Unavailable("it closed the connection"); },
                                 [](kj::Exception&& exception) { return FromKj(exception); })
                           .then([this, number](Status reason) { PostLost(number, reason); })
                           .eagerlyEvaluate(nullptr);
  connection_->heartbeats = Heartbeat().eagerlyEvaluate(
      [this, number](kj::Exception&& exception) { PostLost(number, FromKj(exception)); });
  handlers_.on_registered(registration_.worker);
  for (WorkerCommand& command : std::exchange(early_commands_, {})) {
    handlers_.on_command(std::move(command));
  }
}

kj::Promise<void> RpcClientLoop::Heartbeat() {
  auto& timer = io_->provider->getTimer();
  KJ_IF_MAYBE (session, connection_->session) {
    auto request = session->eventRequest();
    control::Write(WorkerEvent(handlers_.heartbeat()), request.initEvent());
    return timer.timeoutAfter(ToKj(options_.heartbeat_timeout), request.send().ignoreResult())
        .then([this, &timer] { return timer.afterDelay(ToKj(options_.heartbeat_interval)); })
        .then([this] { return Heartbeat(); });
  }
  return kj::READY_NOW;
}

void RpcClientLoop::OnCommand(WorkerCommand command) {
  if (phase_ == Phase::kInSession)
    handlers_.on_command(std::move(command));
  else
    early_commands_.push_back(std::move(command));
}

void RpcClientLoop::PostLost(std::uint64_t session_number, Status reason) {
  kj_.Post([this, session_number, reason = std::move(reason)] { Lose(session_number, reason); });
}

void RpcClientLoop::Lose(std::uint64_t session_number, Status reason) {
  if (phase_ != Phase::kInSession || session_number != session_number_) return;
  phase_ = Phase::kIdle;
  connection_ = nullptr;
  handlers_.on_lost(reason.WithContext("the coordinator is lost"));
}

void RpcClientLoop::Post(WorkerEvent event) {
  kj_.Post([this, event = std::move(event)] { SendNow(event); });
}

void RpcClientLoop::SendNow(const WorkerEvent& event) {
  if (phase_ != Phase::kInSession) return;
  KJ_IF_MAYBE (session, connection_->session) {
    auto request = session->eventRequest();
    control::Write(event, request.initEvent());
    request.send().ignoreResult().detach(
        [this, number = session_number_](kj::Exception&& exception) {
          PostLost(number, FromKj(exception));
        });
  }
}

void RpcClientLoop::FetchPlugin(std::string hash, std::function<void(Result<std::string>)> done) {
  kj_.Post([this, hash = std::move(hash), done = std::move(done)] {
    if (phase_ != Phase::kInSession) return;
    auto fetch = kj::heap<Fetch>();
    fetch->hash = hash;
    fetch->done = done;
    FetchRest(kj::mv(fetch)).detach([this, number = session_number_](kj::Exception&& exception) {
      PostLost(number, FromKj(exception));
    });
  });
}

kj::Promise<void> RpcClientLoop::FetchRest(kj::Own<Fetch> fetch) {
  KJ_IF_MAYBE (session, connection_->session) {
    auto request = session->fetchPluginRequest();
    request.setHash(control::ToText(fetch->hash));
    request.setOffset(fetch->content.size());
    request.setLength(kPluginChunk);
    return request.send().then(
        [this, fetch = kj::mv(fetch)](auto&& results) mutable -> kj::Promise<void> {
          const Status status = control::Read(results.getStatus());
          const auto chunk = results.getContent().asChars();
          fetch->content.append(chunk.begin(), chunk.size());
          if (!status.ok()) {
            fetch->done(status);
          } else if (fetch->content.size() > kMaxPlugin) {
            fetch->done(Status::InvalidArgument("the plugin is larger than 1 GiB"));
          } else if (chunk.size() < kPluginChunk) {
            fetch->done(std::move(fetch->content));
          } else {
            return FetchRest(kj::mv(fetch));
          }
          return kj::READY_NOW;
        });
  }
  return kj::READY_NOW;
}

}  // namespace penstock
