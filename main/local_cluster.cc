#include "main/local_cluster.h"

#include <stdlib.h>

#include "common/config/options.h"
#include "common/file_system.h"
#include "common/logging.h"
#include "coordinator/coordinator.h"
#include "worker/agent/worker.h"

namespace penstock {
namespace {

constexpr const char* kLocalSlots = "16";  // more than a job on one machine is likely to ask for

/// What of the user's configuration must be another thing here.
Result<Configuration> Localize(Configuration config, const std::string& directory) {
  for (const auto& [key, value] :
       {std::pair<std::string_view, std::string>(options::kDataDirectory.spec.key, directory),
        {options::kRestPort.spec.key, "0"},
        {options::kRpcPort.spec.key, "0"}}) {
    PENSTOCK_RETURN_IF_ERROR(config.Set(key, value));
  }
  if (config.Find(options::kTaskSlots.spec).origin == ConfigOrigin::kDefault) {
    PENSTOCK_RETURN_IF_ERROR(config.Set(options::kTaskSlots.spec.key, kLocalSlots));
  }
  return config;
}

class EmbeddedCluster final : public LocalCluster {
 public:
  EmbeddedCluster(const Configuration& config, std::string directory)
      : directory_(std::move(directory)),
        config_(config),
        coordinator_(config_, {}, PosixFileSystem(), SystemClock::Instance()) {}
  ~EmbeddedCluster() override {
    if (worker_) worker_->Stop();
    if (coordinator_started_) coordinator_.Stop();
    (void)PosixFileSystem().RemoveTree(directory_);
  }

  Status Start() {
    PENSTOCK_RETURN_IF_ERROR(coordinator_.Start());
    coordinator_started_ = true;
    WorkerOptions options;
    options.cluster_secret = coordinator_.cluster_secret();
    options.coordinator_port = coordinator_.rpc_port();
    auto worker = std::make_unique<Worker>(config_, std::move(options), PosixFileSystem());
    PENSTOCK_RETURN_IF_ERROR(worker->Start());
    worker_ = std::move(worker);
    return Status::Ok();
  }

  std::string rest_url() const override {
    return "http://127.0.0.1:" + std::to_string(coordinator_.rest_port());
  }
  std::string token() const override { return coordinator_.token(); }

 private:
  const std::string directory_;
  const Configuration config_;
  Coordinator coordinator_;
  bool coordinator_started_ = false;
  std::unique_ptr<Worker> worker_;
};

Result<std::string> MakeTemporaryDirectory() {
  const char* base = getenv("TMPDIR");
  std::string path = JoinPath(base != nullptr ? base : "/tmp", "penstock-local-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) {
    return Status::External("cannot make a directory like " + path,
                            "set TMPDIR to a directory that can be written");
  }
  return path;
}

}  // namespace

Result<std::unique_ptr<LocalCluster>> StartLocalCluster(const Configuration& config) {
  // The log of an embedded cluster would drown the job's own messages; failures are reported
  // anyway.
  const bool asked = config.Find(options::kLogLevel.spec).origin != ConfigOrigin::kDefault;
  SetLogLevel(asked ? config.Get(options::kLogLevel) : LogLevel::kOff);
  PENSTOCK_ASSIGN_OR_RETURN(std::string directory, MakeTemporaryDirectory());
  PENSTOCK_ASSIGN_OR_RETURN(const Configuration local, Localize(config, directory));
  auto cluster = std::make_unique<EmbeddedCluster>(local, std::move(directory));
  PENSTOCK_RETURN_IF_ERROR(cluster->Start());
  return std::unique_ptr<LocalCluster>(std::move(cluster));
}

}  // namespace penstock
