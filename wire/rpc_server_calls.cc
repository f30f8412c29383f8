#include "wire/control_codec.h"
#include "wire/rpc_server_loop.h"

// The calls of wire/coordinator_rpc.capnp: parameters in, RpcServerLoop's answer out.

namespace penstock {
namespace {

using ConnectionId = RpcServerLoop::ConnectionId;

class SessionCalls final : public control::Session::Server {
 public:
  SessionCalls(RpcServerLoop& loop, ConnectionId connection)
      : loop_(loop), connection_(connection) {}

  kj::Promise<void> event(EventContext context) override {
    loop_.OnEvent(connection_, context.getParams().getEvent());
    return kj::READY_NOW;
  }

  kj::Promise<void> fetchPlugin(FetchPluginContext context) override {
    auto params = context.getParams();
    const Result<std::string> content =
        loop_.ReadPlugin(control::ReadText(params.getHash()), params.getOffset(),
                         std::min(params.getLength(), kPluginChunk));
    auto results = context.getResults();
    control::Write(content.status(), results.initStatus());
    if (content.ok()) results.setContent(control::ToText(*content).asBytes());
    return kj::READY_NOW;
  }

 private:
  RpcServerLoop& loop_;
  const ConnectionId connection_;
};

class AdmissionCalls final : public control::Admission::Server {
 public:
  AdmissionCalls(RpcServerLoop& loop, ConnectionId connection)
      : loop_(loop), connection_(connection) {}

 private:
  // `register` is a keyword, so the generated name differs.
  kj::Promise<void> register_(RegisterContext context) override {
    const Status status = loop_.Register(connection_, context.getParams());
    auto results = context.getResults();
    control::Write(status, results.initStatus());
    if (status.ok()) results.setSession(kj::heap<SessionCalls>(loop_, connection_));
    return kj::READY_NOW;
  }

  RpcServerLoop& loop_;
  const ConnectionId connection_;
};

class CoordinatorCalls final : public control::Coordinator::Server {
 public:
  CoordinatorCalls(RpcServerLoop& loop, ConnectionId connection)
      : loop_(loop), connection_(connection) {}

 private:
  kj::Promise<void> hello(HelloContext context) override {
    auto params = context.getParams();
    const auto secret = params.getSecret();
    const Status status = loop_.CheckHello({secret.cStr(), secret.size()}, params.getProtocol());
    auto results = context.getResults();
    control::Write(status, results.initStatus());
    if (!status.ok()) return kj::READY_NOW;
    results.setAdmission(kj::heap<AdmissionCalls>(loop_, connection_));
    results.setTokenPath(control::ToText(loop_.token_path()));
    return kj::READY_NOW;
  }

  RpcServerLoop& loop_;
  const ConnectionId connection_;
};

}  // namespace

control::Coordinator::Client MakeCoordinatorCalls(RpcServerLoop& loop, ConnectionId connection) {
  return kj::heap<CoordinatorCalls>(loop, connection);
}

}  // namespace penstock
