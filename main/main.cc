#include <cstring>

#include "cli/cli.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "common/config/options.h"
#include "common/logging.h"
#include "coordinator/coordinator_main.h"
#include "coordinator/data_directory.h"
#include "main/local_cluster.h"
#include "wire/message_pipe.h"
#include "worker/agent/worker_main.h"
#include "worker/host/task_host.h"
#include "worker/plugin/planner.h"

namespace penstock {
namespace {

int Report(const Status& status) {
  if (!status.ok()) Console().Error(status);
  return ExitCodeOf(status);
}

int RunCoordinator(const Configuration& config) {
  if (Status status = InitLogging(config); !status.ok()) return Report(status);
  return Report(CoordinatorMain(config));
}

int RunWorker(const Configuration& config) {
  if (Status status = InitLogging(config); !status.ok()) return Report(status);
  Result<std::string> secret =
      EnsureClusterSecret(PosixFileSystem(), config.Get(options::kDataDirectory));
  if (!secret.ok()) return Report(secret.status());
  WorkerOptions worker;
  worker.cluster_secret = *secret;
  return Report(WorkerMain(config, std::move(worker)));
}

int Main(int argc, char** argv) {
  // Started by a worker or a coordinator only, before anything else of the process is set up.
  if (argc == 2 && std::strcmp(argv[1], "task-host") == 0) TaskHostMain(kTaskHostFd);
  if (argc == 2 && std::strcmp(argv[1], "planner") == 0) return PlannerMain(0, 1);
  return RunCli(argc, argv, {RunCoordinator, RunWorker, StartLocalCluster});
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) { return penstock::Main(argc, argv); }
