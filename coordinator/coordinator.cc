#include "coordinator/coordinator.h"

#include <optional>
#include <random>

#include <fmt/format.h>

#include "common/checksum.h"
#include "common/config/options.h"
#include "common/http/server.h"
#include "common/logging.h"
#include "common/net_address.h"
#include "common/stacks/stack_signal.h"
#include "coordinator/data_directory.h"
#include "coordinator/dispatcher.h"
#include "coordinator/rest/rest_service.h"
#include "coordinator/rest/static_files.h"
#include "wire/rpc_server.h"

namespace penstock {
namespace {

RandomBits MachineRandom() {
  return [source = std::make_shared<std::random_device>()] {  // shared: functions are copied
    const std::uint64_t high = (*source)();
    return high << 32 | (*source)();
  };
}

/// Writes what a worker must find in the checkpoint directory, under a name of this cluster.
Result<SharedToken> WriteSharedToken(FileSystem& fs, const std::string& checkpoint_directory,
                                     const std::string& secret) {
  PENSTOCK_RETURN_IF_ERROR(
      MakeConfiguredDirectory(fs, checkpoint_directory, options::kCheckpointDirectory.spec.key));
  SharedToken token{
      JoinPath(checkpoint_directory, fmt::format("cluster-{:016x}", Checksum(secret))),
      RandomSecret()};
  PENSTOCK_RETURN_IF_ERROR(WriteFileAtomically(fs, token.path, token.content));
  return token;
}

class RpcGateway final : public WorkerGateway {
 public:
  explicit RpcGateway(CoordinatorRpcServer& server) : server_(server) {}
  void Send(WorkerId worker, WorkerCommand command) override {
    server_.Send(worker, std::move(command));
  }
  void Disconnect(WorkerId worker) override { server_.Disconnect(worker); }

 private:
  CoordinatorRpcServer& server_;
};

}  // namespace

class Coordinator::Parts {
 public:
  Parts(const Configuration& config, const CoordinatorOptions& options, FileSystem& fs,
        const Clock& clock)
      : config_(config),
        options_(options),
        fs_(fs),
        clock_(clock),
        data_(config.Get(options::kDataDirectory)) {}

  Status Start() {
    PENSTOCK_RETURN_IF_ERROR(OpenDataDirectory());
    PENSTOCK_RETURN_IF_ERROR(OpenStores());
    PENSTOCK_RETURN_IF_ERROR(StartServers());
    Status started = dispatcher_->Start();
    if (!started.ok()) StopServers();
    return started;
  }

  void Stop() {
    // Servers first: nothing is accepted any more that would be lost.
    StopServers();
    dispatcher_->Stop();
  }

  std::uint16_t rest_port() const { return http_->port(); }
  std::uint16_t rpc_port() const { return rpc_port_; }
  const std::string& token() const { return token_; }
  const std::string& secret() const { return secret_; }

 private:
  Status OpenDataDirectory();
  Status OpenStores();
  Status StartServers();
  void StopServers();
  CoordinatorRpcHandlers RpcHandlers();
  Planner MakePlanner() const;

  const Configuration& config_;
  const CoordinatorOptions& options_;
  FileSystem& fs_;
  const Clock& clock_;
  const std::string data_;
  std::string secret_;
  std::string token_;
  UniqueFd lock_;
  std::unique_ptr<JobStore> store_;
  std::unique_ptr<PluginStore> plugins_;
  CoordinatorRpcServer rpc_;
  RpcGateway gateway_{rpc_};
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<RestService> rest_;
  std::unique_ptr<HttpServer> http_;
  std::uint16_t rpc_port_ = 0;
};

Status Coordinator::Parts::OpenDataDirectory() {
  const std::string address = config_.Get(options::kRestBindAddress);
  if (!IsLoopbackName(address)) {
    return Status::InvalidArgument(
        "rest.bind-address: " + address + " is not a loopback address",
        "without authentication of users only loopback is served; use 127.0.0.1");
  }
  PENSTOCK_RETURN_IF_ERROR(MakeConfiguredDirectory(fs_, data_, options::kDataDirectory.spec.key));
  PENSTOCK_ASSIGN_OR_RETURN(lock_, LockDataDirectory(data_));
  PENSTOCK_ASSIGN_OR_RETURN(secret_, EnsureClusterSecret(fs_, data_));
  PENSTOCK_ASSIGN_OR_RETURN(token_, EnsureRestToken(fs_, data_));
  return {};
}

Status Coordinator::Parts::OpenStores() {
  PENSTOCK_ASSIGN_OR_RETURN(store_, JobStore::Open(JoinPath(data_, "jobs")));
  plugins_ = std::make_unique<PluginStore>(fs_, clock_, JoinPath(data_, "plugins"));
  PENSTOCK_RETURN_IF_ERROR(plugins_->Open());
  dispatcher_ = std::make_unique<Dispatcher>(
      config_,
      DispatcherParts{fs_, clock_, *store_, *plugins_, gateway_, MakePlanner(), MachineRandom()});
  rest_ = std::make_unique<RestService>(*dispatcher_, options_.on_shutdown);
  return {};
}

Planner Coordinator::Parts::MakePlanner() const {
  PlannerOptions planner;
  planner.timeout = config_.Get(options::kPlannerTimeout);
  planner.memory_bytes = config_.Get(options::kPlannerMemory).bytes;
  planner.program = options_.program;
  return [planner](const PlanRequest& request) { return RunPlanner(request, planner); };
}

CoordinatorRpcHandlers Coordinator::Parts::RpcHandlers() {
  Dispatcher* dispatcher = dispatcher_.get();
  CoordinatorRpcHandlers handlers;
  handlers.on_register = [dispatcher](const WorkerRegistration& registration) {
    dispatcher->Post([dispatcher, registration] { dispatcher->OnWorkerRegistered(registration); });
    return Status::Ok();
  };
  handlers.on_event = [dispatcher](WorkerId worker, WorkerEvent event) {
    dispatcher->Post([dispatcher, worker, event = std::move(event)] {
      dispatcher->OnWorkerEvent(worker, event);
    });
  };
  handlers.on_lost = [dispatcher](WorkerId worker) {
    dispatcher->Post(
        [dispatcher, worker] { dispatcher->OnWorkerLost(worker, "its connection has closed"); });
  };
  handlers.read_plugin = [plugins = plugins_.get()](const std::string& hash, std::uint64_t offset,
                                                    std::uint32_t length) {
    return plugins->Read(hash, offset, length);
  };
  return handlers;
}

Status Coordinator::Parts::StartServers() {
  PENSTOCK_ASSIGN_OR_RETURN(
      const SharedToken shared,
      WriteSharedToken(fs_, config_.Get(options::kCheckpointDirectory), secret_));
  HttpServerOptions http;
  http.address = config_.Get(options::kRestBindAddress);
  if (http.address == "localhost") http.address = "127.0.0.1";
  http.port = static_cast<std::uint16_t>(config_.Get(options::kRestPort));
  http.access = AccessPolicy{.token = token_};
  PENSTOCK_ASSIGN_OR_RETURN(
      http_,
      HttpServer::Start(std::move(http), [rest = rest_.get(), files = StaticFiles(WebBundle())](
                                             HttpRequest request, HttpResponder responder) {
        if (auto file = files.Answer(request)) return responder.Send(*std::move(file));
        rest->Handle(std::move(request), std::move(responder));
      }));
  const auto port = rpc_.Start({.address = config_.Get(options::kRpcAddress),
                                .port = static_cast<std::uint16_t>(config_.Get(options::kRpcPort)),
                                .secret = secret_,
                                .token = shared},
                               RpcHandlers());
  if (!port.ok()) {
    http_->Stop();
    return port.status();
  }
  rpc_port_ = *port;
  return {};
}

void Coordinator::Parts::StopServers() {
  http_->Stop();
  rpc_.Stop();
}

Coordinator::Coordinator(Configuration config, CoordinatorOptions options, FileSystem& fs,
                         const Clock& clock)
    : config_(std::move(config)), options_(std::move(options)), fs_(fs), clock_(clock) {}

Coordinator::~Coordinator() = default;

Status Coordinator::Start() {
  PENSTOCK_RETURN_IF_ERROR(InstallStackSignal());
  auto parts = std::make_unique<Parts>(config_, options_, fs_, clock_);
  PENSTOCK_RETURN_IF_ERROR(parts->Start());
  parts_ = std::move(parts);
  LogInfo("coordinator serves", {{"rest-port", rest_port()}, {"rpc-port", rpc_port()}});
  return {};
}

void Coordinator::Stop() {
  if (parts_ == nullptr) return;
  parts_->Stop();
  parts_.reset();
}

std::uint16_t Coordinator::rest_port() const { return parts_->rest_port(); }
std::uint16_t Coordinator::rpc_port() const { return parts_->rpc_port(); }
const std::string& Coordinator::token() const { return parts_->token(); }
const std::string& Coordinator::cluster_secret() const { return parts_->secret(); }

}  // namespace penstock
