#include "cli/cluster_command.h"

#include <unistd.h>

#include <csignal>
#include <thread>

#include <fmt/format.h>

#include "cli/cluster_file.h"
#include "cli/dashboard_command.h"
#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/json_fields.h"
#include "cli/output_file.h"
#include "cli/shown_value.h"
#include "common/clock.h"
#include "common/config/options.h"
#include "common/process.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr auto kProbeTimeout = std::chrono::seconds(2);
constexpr auto kReadyTimeout = std::chrono::seconds(30);
constexpr auto kStopTimeout = std::chrono::seconds(20);
constexpr auto kPollInterval = std::chrono::milliseconds(5);

Clock::MonotonicTime Now() { return SystemClock::Instance().Now(); }

std::string DataDirectory(const CommandContext& context) {
  return context.config.Get(options::kDataDirectory);
}

Result<ChildProcess> SpawnSupervisor(const CommandContext& context, unsigned workers) {
  const std::string logs = JoinPath(DataDirectory(context), "logs");
  PENSTOCK_RETURN_IF_ERROR(PosixFileSystem().MakeDirectories(logs));
  SpawnOptions spawn;
  spawn.argv = {"/proc/self/exe", "cluster", "supervise", "--workers", std::to_string(workers)};
  std::map<std::string, std::string> values = context.config.Explicit();
  values[std::string(options::kLogFile.spec.key)] = "supervisor.log";
  for (const auto& [key, value] : values) {
    spawn.argv.push_back("-D");
    spawn.argv.push_back(key + "=" + value);
  }
  spawn.stdout_file = OutputFile(DataDirectory(context), "supervisor");
  spawn.stderr_file = spawn.stdout_file;
  spawn.new_process_group = true;
  return ChildProcess::Spawn(spawn);
}

/// Why a process of the cluster gave up: the last `error:` in its output, with its `hint:`.
Status LastError(const std::string& path) {
  constexpr std::string_view kError = "error: ";
  constexpr std::string_view kHint = "\nhint: ";
  Result<std::string> text = ReadFile(PosixFileSystem(), path);
  const std::size_t error = text.ok() ? text->rfind(kError) : std::string::npos;
  if (error == std::string::npos) return Status::External("no reason is given", "see " + path);
  const std::string said = text->substr(error + kError.size());
  const std::size_t end = said.find('\n');
  const std::size_t hint = said.find(kHint);
  if (hint == std::string::npos) return Status::External(said.substr(0, end), "see " + path);
  const std::size_t begin = hint + kHint.size();
  return Status::External(said.substr(0, hint), said.substr(begin, said.find('\n', begin) - begin));
}

/// The process that was started again and again, by its role; empty when there is none.
std::string CrashingProcess(const std::string& data_directory) {
  constexpr unsigned kTooOften = 5;
  Result<std::optional<ClusterFile>> cluster = ReadClusterFile(PosixFileSystem(), data_directory);
  if (!cluster.ok() || !cluster->has_value()) return "";
  for (const ClusterProcess& process : (*cluster)->processes) {
    if (process.restarts >= kTooOften) return process.role;
  }
  return "";
}

Status WaitUntilReady(const CommandContext& context, ChildProcess& supervisor, unsigned workers) {
  const auto deadline = Now() + kReadyTimeout;
  std::int64_t ready = -1;
  std::string culprit;
  while (Now() < deadline && !Interrupted() && culprit.empty()) {
    Result<std::optional<ExitStatus>> ended = supervisor.TryWait();
    if (!ended.ok()) return ended.status();
    if (ended->has_value()) return Status::External("the supervisor " + ToString(**ended));
    Result<json::value> overview = context.Rest().Get("/overview");
    if (overview.ok()) ready = NumberField(*overview, "taskmanagers");
    if (ready >= static_cast<std::int64_t>(workers)) return Status::Ok();
    context.console.Progress(ready < 0 ? "waiting for the coordinator"
                                       : fmt::format("{} of {} workers", ready, workers));
    culprit = CrashingProcess(DataDirectory(context));
    std::this_thread::sleep_for(kPollInterval);
  }
  if (culprit.empty()) culprit = ready < 0 ? "coordinator" : "worker-1";
  const std::string logs = JoinPath(DataDirectory(context), "logs");
  return LastError(JoinPath(logs, culprit + ".out"))
      .WithContext("the cluster did not become ready: " + culprit);
}

std::vector<std::string> RolesOf(const ClusterFile& cluster) {
  std::vector<std::string> roles{"supervisor"};
  for (const ClusterProcess& process : cluster.processes) roles.push_back(process.role);
  return roles;
}

}  // namespace

int StartCluster(const CommandContext& context, unsigned workers) {
  Result<std::optional<ClusterFile>> running =
      ReadClusterFile(PosixFileSystem(), DataDirectory(context));
  if (!running.ok()) return Fail(context, running.status());
  if (running->has_value()) {
    return Fail(context, Status::User(ErrorCode::kConflict,
                                      fmt::format("a cluster is running already (process {})",
                                                  (*running)->supervisor),
                                      "end it with: penstock cluster stop"));
  }
  RestClient rest = context.Rest();
  rest.set_timeout(kProbeTimeout);
  if (Result<json::value> other = rest.Get("/overview");
      other.ok() || other.status().code() != ErrorCode::kUnavailable) {
    return Fail(context,
                Status::User(ErrorCode::kConflict, context.Rest().base_url() + " is in use already",
                             "choose another port with -D rest.port=… or end what uses it"));
  }
  CatchInterrupts();
  Result<ChildProcess> supervisor = SpawnSupervisor(context, workers);
  if (!supervisor.ok()) return Fail(context, supervisor.status());
  if (Status ready = WaitUntilReady(context, *supervisor, workers); !ready.ok()) {
    (void)supervisor->Signal(SIGTERM);
    (void)supervisor->Wait();
    return Fail(context, ready);
  }
  supervisor->Detach();
  context.console.Message(fmt::format("The cluster is up: 1 coordinator, {} worker{}, at {}",
                                      workers, workers == 1 ? "" : "s", context.RestUrl()));
  context.console.Message("dashboard: " + DashboardUrl(context));
  return kExitDone;
}

int StopCluster(const CommandContext& context) {
  Result<std::optional<ClusterFile>> running =
      ReadClusterFile(PosixFileSystem(), DataDirectory(context));
  if (!running.ok()) return Fail(context, running.status());
  if (!running->has_value()) {
    return Fail(context, Status::NotFound("no cluster is running in " + DataDirectory(context),
                                          "start one with: penstock cluster start"));
  }
  const pid_t supervisor = (*running)->supervisor;
  kill(supervisor, SIGTERM);
  const auto deadline = Now() + kStopTimeout;
  while (kill(supervisor, 0) == 0) {
    if (Now() > deadline) {
      return Fail(context, Status::Error(ErrorDomain::kExternal, ErrorCode::kTimeout,
                                         fmt::format("process {} does not end", supervisor),
                                         fmt::format("kill -KILL {}", supervisor)));
    }
    context.console.Progress("stopping");
    std::this_thread::sleep_for(kPollInterval);
  }
  context.console.Message("The cluster has stopped. Unfinished jobs resume when it starts again.");
  return kExitDone;
}

int ShowCluster(const CommandContext& context) {
  Result<std::optional<ClusterFile>> running =
      ReadClusterFile(PosixFileSystem(), DataDirectory(context));
  if (!running.ok()) return Fail(context, running.status());
  if (!running->has_value()) {
    return Fail(context, Status::NotFound("no cluster is running in " + DataDirectory(context),
                                          "start one with: penstock cluster start"));
  }
  json::value shown = ClusterFileToJson(**running);
  shown.as_object()["dashboard"] = DashboardUrl(context);
  if (ShowValue(context, shown, RolesOf(**running))) return kExitDone;
  Table table({"ROLE", "PID", "RESTARTS"});
  table.Add({"supervisor", std::to_string((*running)->supervisor), "-"});
  for (const ClusterProcess& process : (*running)->processes) {
    table.Add({process.role, process.pid > 0 ? std::to_string(process.pid) : "starting",
               std::to_string(process.restarts)});
  }
  context.console.Raw(table.Render());
  context.console.Line("dashboard: " + DashboardUrl(context));
  return kExitDone;
}

}  // namespace penstock
