#include "cli/supervisor.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <memory>
#include <ranges>

#include <fmt/format.h>

#include "cli/cluster_file.h"
#include "cli/exit_code.h"
#include "cli/output_file.h"
#include "common/clock.h"
#include "common/config/options.h"
#include "common/logging.h"
#include "common/process.h"

namespace penstock {
namespace {

using MonotonicTime = Clock::MonotonicTime;

constexpr auto kLongestPause = std::chrono::milliseconds(5000);
constexpr auto kStable = std::chrono::seconds(1);  // what lives this long is not crash-looping
constexpr auto kStopGrace = std::chrono::seconds(10);

/// One child: running, or to be started at `start_at`.
struct Child {
  std::string role;
  std::vector<std::string> command;
  std::unique_ptr<ChildProcess> process;
  MonotonicTime start_at{};
  MonotonicTime started{};
  std::chrono::milliseconds pause{0};
  unsigned restarts = 0;
};

class Supervisor {
 public:
  Supervisor(const Configuration& config, unsigned workers)
      : data_directory_(config.Get(options::kDataDirectory)),
        rest_url_(fmt::format("http://127.0.0.1:{}", config.Get(options::kRestPort))) {
    AddChild("coordinator", "coordinator", config);
    for (unsigned i = 1; i <= workers; ++i) {
      AddChild(fmt::format("worker-{}", i), "worker", config);
    }
  }

  int Run();

 private:
  void AddChild(std::string role, const std::string& command, const Configuration& config);
  Status Start(Child& child);
  /// Starts what is due; returns how long until the next one is.
  int StartDue();
  void Reap(Child& child);
  void StopAll();
  /// Asks them to end, waits, and kills those that are still there at the deadline.
  void Stop(std::ranges::subrange<std::deque<Child>::iterator> children, MonotonicTime deadline);
  Status Publish();
  MonotonicTime Now() const { return SystemClock::Instance().Now(); }

  const std::string data_directory_;
  const std::string rest_url_;
  std::deque<Child> children_;
};

void Supervisor::AddChild(std::string role, const std::string& command,
                          const Configuration& config) {
  Child child;
  child.command = {"/proc/self/exe", command};
  std::map<std::string, std::string> values = config.Explicit();
  values[std::string(options::kLogFile.spec.key)] = role + ".log";
  for (const auto& [key, value] : values) {
    child.command.push_back("-D");
    child.command.push_back(key + "=" + value);
  }
  child.role = std::move(role);
  children_.push_back(std::move(child));
}

Status Supervisor::Start(Child& child) {
  SpawnOptions spawn;
  spawn.argv = child.command;
  spawn.environment = {{"PENSTOCK_SUPERVISED", std::to_string(getpid())}};  // it ends with us
  spawn.stdout_file = OutputFile(data_directory_, child.role);
  spawn.stderr_file = spawn.stdout_file;
  PENSTOCK_ASSIGN_OR_RETURN(ChildProcess process, ChildProcess::Spawn(spawn));
  child.process = std::make_unique<ChildProcess>(std::move(process));
  child.started = Now();
  LogInfo("started", {{"role", child.role}, {"pid", child.process->pid()}});
  return Publish();
}

int Supervisor::StartDue() {
  auto wait = std::chrono::milliseconds(-1);
  for (Child& child : children_) {
    if (child.process) continue;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(child.start_at - Now());
    if (left.count() <= 0) {
      if (Status status = Start(child); !status.ok()) {
        LogError("cannot start", {{"role", child.role}, {"error", status}});
        child.start_at = Now() + kLongestPause;
      }
      continue;
    }
    wait = wait.count() < 0 ? left : std::min(wait, left);
  }
  return static_cast<int>(wait.count());
}

void Supervisor::Reap(Child& child) {
  Result<std::optional<ExitStatus>> ended = child.process->TryWait();
  if (!ended.ok() || !ended->has_value()) return;
  if (Now() - child.started > kStable) child.pause = std::chrono::milliseconds(0);
  LogWarn("ended; starting it again",
          {{"role", child.role}, {"how", ToString(**ended)}, {"pause-ms", child.pause.count()}});
  child.process.reset();
  (void)Publish();  // for `cluster status`; the next start writes it again
  child.start_at = Now() + child.pause;
  child.pause = std::clamp(child.pause * 2, std::chrono::milliseconds(100), kLongestPause);
  ++child.restarts;
}

void Supervisor::StopAll() {
  const MonotonicTime deadline = Now() + kStopGrace;
  // The coordinator, the first child, goes first: to it, workers that leave are failures of jobs.
  Stop({children_.begin(), children_.begin() + 1}, deadline);
  Stop({children_.begin() + 1, children_.end()}, deadline);
}

void Supervisor::Stop(std::ranges::subrange<std::deque<Child>::iterator> children,
                      MonotonicTime deadline) {
  for (const Child& child : children) {
    if (child.process) (void)child.process->Signal(SIGTERM);
  }
  for (Child& child : children) {
    if (!child.process) continue;
    pollfd ended = {child.process->pidfd(), POLLIN, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Now());
    poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    child.process.reset();  // kills what is still there
  }
}

Status Supervisor::Publish() {
  ClusterFile file;
  file.supervisor = getpid();
  file.rest_url = rest_url_;
  for (const Child& child : children_) {
    file.processes.push_back(
        {child.role, child.process ? child.process->pid() : 0, child.restarts});
  }
  return WriteClusterFile(PosixFileSystem(), data_directory_, file);
}

int Supervisor::Run() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  UniqueFd stop(signalfd(-1, &signals, SFD_CLOEXEC));
  while (true) {
    const int wait = StartDue();
    std::vector<pollfd> waits = {{stop.get(), POLLIN, 0}};
    for (const Child& child : children_) {
      if (child.process) waits.push_back({child.process->pidfd(), POLLIN, 0});
    }
    poll(waits.data(), waits.size(), wait);
    if (waits.front().revents != 0) break;
    for (Child& child : children_) {
      if (child.process) Reap(child);
    }
  }
  LogInfo("stopping");
  StopAll();
  (void)PosixFileSystem().Remove(ClusterFilePath(data_directory_));
  return kExitDone;
}

}  // namespace

int RunSupervisor(const CommandContext& context, unsigned workers) {
  if (Status status = InitLogging(context.config); !status.ok()) return Fail(context, status);
  return Supervisor(context.config, workers).Run();
}

}  // namespace penstock
