#include "worker/agent/worker.h"

#include <unistd.h>

#include <cassert>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "common/config/options.h"
#include "common/logging.h"
#include "common/process_usage.h"
#include "common/stacks/crash_report.h"
#include "common/stacks/named_thread.h"
#include "common/stacks/stack_signal.h"
#include "worker/agent/host_log_pruning.h"

namespace penstock {
namespace {

std::string HostName() {
  char name[256] = "";
  gethostname(name, sizeof(name) - 1);
  return name;
}

}  // namespace

WorkerId RandomWorkerId() {
  std::random_device device;
  auto word = [&] { return static_cast<std::uint64_t>(device()) << 32 | device(); };
  const std::uint64_t high = word();
  return WorkerId(high, word());
}

Worker::Worker(const Configuration& configuration, WorkerOptions options, FileSystem& fs)
    : configuration_(configuration),
      options_(std::move(options)),
      fs_(fs),
      client_(fs),
      watcher_(ProcessOptions(),
               {.on_event =
                    [this](HostId host, HostEvent event) {
                      PostEvent(HostSpoke{host, std::move(event)});
                    },
                .on_exit = [this](HostExited report) { HostHasEnded(std::move(report)); }}),
      agent_(AgentOptions()),
      cache_(fs, DataPath("plugins")),
      queries_(DataPath("logs")) {}

Worker::~Worker() { assert(!thread_.joinable() && "Stop() was not called"); }

std::string Worker::DataPath(std::string_view name) const {
  const std::filesystem::path data = configuration_.Get(options::kDataDirectory);
  return JoinPath(std::filesystem::absolute(data).string(), name);
}

WorkerAgentOptions Worker::AgentOptions() const {
  return {.slots = static_cast<std::uint32_t>(configuration_.Get(options::kTaskSlots)),
          .memory_bytes = configuration_.Get(options::kWorkerMemory).bytes,
          .cluster_secret = options_.cluster_secret,
          .state_directory = StatePath()};
}

std::string Worker::StatePath() const {
  return JoinPath(DataPath("state"), std::to_string(getpid()));
}

HostProcessOptions Worker::ProcessOptions() const {
  return {
      .command = options_.host_command,
      .log_directory = DataPath("logs"),
      .log_limits = {.file_bytes = configuration_.Get(options::kHostLogFileSize).bytes,
                     .files = static_cast<unsigned>(configuration_.Get(options::kHostLogFiles))}};
}

CoordinatorRpcClientOptions Worker::ClientOptions() const {
  const auto configured = static_cast<std::uint16_t>(configuration_.Get(options::kRpcPort));
  return {.address = configuration_.Get(options::kRpcAddress),
          .port = options_.coordinator_port != 0 ? options_.coordinator_port : configured,
          .secret = options_.cluster_secret,
          .heartbeat_interval = configuration_.Get(options::kHeartbeatInterval),
          .heartbeat_timeout = configuration_.Get(options::kHeartbeatTimeout)};
}

CoordinatorRpcClientHandlers Worker::ClientHandlers() {
  return {.on_registered = [this](WorkerId) { PostEvent(SessionBegun{}); },
          .on_refused = [this](Status reason) { PostEvent(RegistrationRefused{reason}); },
          .on_unreachable = [this](Status why) { Post([this, why] { Unreachable(why); }); },
          .on_command =
              [this](WorkerCommand command) { PostEvent(CommandArrived{std::move(command)}); },
          .on_lost = [this](Status reason) { PostEvent(CoordinatorLost{reason}); },
          .heartbeat = [this] { return Measure(); }};
}

Status Worker::Start() {
  const CoordinatorRpcClientOptions client_options = ClientOptions();
  if (client_options.port == 0) {
    return Status::InvalidArgument("the coordinator's port is not known",
                                   "set coordinator.rpc.port to the port it listens on");
  }
  PENSTOCK_RETURN_IF_ERROR(InstallStackSignal());
  PENSTOCK_RETURN_IF_ERROR(fs_.MakeDirectories(DataPath("plugins"), 0700));
  PENSTOCK_RETURN_IF_ERROR(fs_.MakeDirectories(DataPath("logs"), 0700));
  PENSTOCK_RETURN_IF_ERROR(MakeStateDirectory());
  PENSTOCK_RETURN_IF_ERROR(client_.Start(client_options, ClientHandlers()));
  if (Status status = watcher_.Start(); !status.ok()) {
    client_.Stop();
    return status;
  }
  cleaner_.Start();
  cleaner_.Submit(std::packaged_task<void()>([this] { PruneLogs(); }));
  inspector_.Start();
  thread_ = std::thread([this] { Run(); });
  return Status::Ok();
}

/// Removes what workers that were killed have left there.
Status Worker::MakeStateDirectory() {
  PENSTOCK_RETURN_IF_ERROR(fs_.MakeDirectories(DataPath("state"), 0700));
  PENSTOCK_ASSIGN_OR_RETURN(const auto names, fs_.List(DataPath("state")));
  for (const std::string& name : names) {
    const pid_t pid = std::atoi(name.c_str());
    if (pid > 0 && pid != getpid() && kill(pid, 0) == 0) continue;
    static_cast<void>(fs_.RemoveTree(JoinPath(DataPath("state"), name)));
  }
  return fs_.MakeDirectories(StatePath(), 0700);
}

void Worker::HostHasEnded(HostExited report) {
  cleaner_.Submit(
      std::packaged_task<void()>([this, path = JoinPath(StatePath(), ToString(report.host))] {
        static_cast<void>(fs_.RemoveTree(path));
        PruneLogs();
      }));
  if (!MayHaveCrashReport(report.log_tail)) return PostEvent(HostEnded{std::move(report)});
  // Symbol tables are read for it, which the watcher must not wait for.
  inspector_.Submit(std::packaged_task<void()>([this, report]() mutable {
    if (const CrashReport crash = FindCrashReport(report.log_tail); !crash.empty())
      report.stack = ToString(crash);
    PostEvent(HostEnded{std::move(report)});
  }));
}

void Worker::PruneLogs() const {
  PruneHostLogs(
      DataPath("logs"),
      {.hosts = static_cast<std::uint64_t>(configuration_.Get(options::kHostLogsRetained)),
       .bytes = configuration_.Get(options::kHostLogsSize).bytes,
       .age = configuration_.Get(options::kHostLogsAge)},
      SystemClock::Instance().Wall());
}

void Worker::Stop() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mu_);
    stopping_ = true;
    posted_.NotifyOne();
  }
  thread_.join();
  inspector_.Stop();
  watcher_.Stop();
  client_.Stop();
  cleaner_.Stop();
  static_cast<void>(fs_.RemoveTree(StatePath()));
}

void Worker::Post(Mail mail) {
  MutexLock lock(mu_);
  if (stopping_) return;
  mail_.push_back(std::move(mail));
  posted_.NotifyOne();
}

void Worker::PostEvent(AgentEvent event) {
  Post([this, event = std::move(event)]() mutable { CarryOut(agent_.Step(std::move(event))); });
}

void Worker::Run() {
  const NamedThread name("agent");
  CarryOut(agent_.Begin());
  while (true) {
    Mail mail;
    {
      MutexLock lock(mu_);
      while (mail_.empty() && !stopping_) posted_.Wait(mu_);
      if (stopping_) return;
      mail = std::move(mail_.front());
      mail_.pop_front();
    }
    mail();
  }
}

void Worker::CarryOut(const std::vector<AgentEffect>& effects) {
  for (const AgentEffect& effect : effects) {
    std::visit([this](const auto& what) { Do(what); }, effect);
  }
}

void Worker::Do(const RegisterWorker&) {
  unreachable_logged_ = false;
  const WorkerAgentOptions agent = AgentOptions();
  client_.Register({.worker = options_.make_id(),
                    .address = HostName(),
                    .pid = static_cast<std::uint64_t>(getpid()),
                    .slots = agent.slots,
                    .memory_bytes = agent.memory_bytes,
                    .data_directory = DataPath("")});
}

void Worker::Unreachable(const Status& status) {
  if (unreachable_logged_) return;
  unreachable_logged_ = true;
  LogWarn("the coordinator cannot be reached; trying on", {{"error", status}});
}

void Worker::Do(const ObtainPlugin& effect) {
  const auto cached = cache_.Find(effect.hash);
  if (!cached.ok()) return PostEvent(PluginMissing{effect.hash, cached.status()});
  if (*cached) return PostEvent(PluginObtained{effect.hash, **cached});
  client_.FetchPlugin(effect.hash, [this, hash = effect.hash](Result<std::string> content) {
    Post([this, hash, content = std::move(content)] { StorePlugin(hash, content); });
  });
}

void Worker::StorePlugin(const std::string& hash, const Result<std::string>& content) {
  const Result<std::string> path =
      content.ok() ? cache_.Store(hash, *content) : Result<std::string>(content.status());
  if (path.ok())
    PostEvent(PluginObtained{hash, *path});
  else
    PostEvent(PluginMissing{hash, path.status()});
}

void Worker::Do(const AnswerQuery& effect) {
  inspector_.Submit(std::packaged_task<void()>(
      [this, effect] { client_.Post(queries_.Answer(effect.id, effect.query)); }));
}

void Worker::Do(const Leave& effect) { options_.on_left(effect.reason); }

void Worker::Do(const LogLine& line) {
  if (line.host.is_none()) {
    if (line.error.empty())
      Log(line.level, line.message);
    else
      Log(line.level, line.message, {{"error", line.error}});
    return;
  }
  Log(line.level, line.message,
      {{"job", line.job},
       {"generation", line.generation},
       {"host", line.host},
       {"reason", line.error}});
}

WorkerHeartbeat Worker::Measure() {
  const ProcessUsage own = UsageOfThisProcess();
  WorkerHeartbeat sum{own.resident_bytes, own.cpu_millis};
  for (const pid_t pid : watcher_.Pids()) {
    const ProcessUsage host = UsageOf(pid);
    sum.resident_bytes += host.resident_bytes;
    sum.cpu_millis += host.cpu_millis;
  }
  return sum;
}

}  // namespace penstock
