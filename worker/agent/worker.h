#pragma once

#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/config/configuration.h"
#include "common/mutex.h"
#include "wire/rpc_client.h"
#include "worker/agent/host_watcher.h"
#include "worker/agent/plugin_cache.h"
#include "worker/agent/worker_agent.h"
#include "worker/agent/worker_queries.h"
#include "worker/task/serial_executor.h"

namespace penstock {

/// From the machine's random numbers.
WorkerId RandomWorkerId();

struct WorkerOptions {
  /// The cluster's; the coordinator refuses another.
  std::string cluster_secret;
  /// Where the coordinator serves workers; 0: coordinator.rpc.port of the configuration.
  std::uint16_t coordinator_port = 0;
  /// Program and arguments of a task host.
  std::vector<std::string> host_command{"/proc/self/exe", "task-host"};
  /// Called once, on a thread of the worker, when it has left: OK when asked by RequestLeave(),
  /// else why the coordinator refused it. Must not block; Stop() is still to be called.
  std::function<void(Status)> on_left = [](Status) {};
  /// Makes ids that no other worker has.
  std::function<WorkerId()> make_id = RandomWorkerId;
};

/// A worker, embeddable: carries out what WorkerAgent decides. Three threads: the agent's, the
/// control connection's and the watcher's of the task hosts; the latter two only post to the first.
///
/// Keeps <data>/plugins, <data>/logs, and <data>/state/<process id> with the working state of its
/// task hosts, all 0700.
class Worker {
 public:
  /// `fs` must outlive this.
  Worker(const Configuration& configuration, WorkerOptions options, FileSystem& fs);
  /// Stop() must have been called if Start() succeeded.
  ~Worker();

  /// Makes the directories and starts the threads; registers in the background.
  Status Start();
  /// Ends the task hosts and leaves, in the background; on_left tells when it is done. Thread-safe.
  void RequestLeave() { PostEvent(ShutdownAsked{}); }
  /// Kills what is left and joins the threads. Not from a thread of the worker.
  void Stop() EXCLUDES(mu_);

 private:
  using Mail = std::function<void()>;

  std::string StatePath() const;
  Status MakeStateDirectory();
  /// On the watcher's thread.
  void HostHasEnded(HostExited report);
  /// On the cleaner's thread.
  void PruneLogs() const;

  /// For the agent's thread; dropped after Stop().
  void Post(Mail mail) EXCLUDES(mu_);
  void PostEvent(AgentEvent event);
  void Run() EXCLUDES(mu_);
  void CarryOut(const std::vector<AgentEffect>& effects);

  void Do(const RegisterWorker&);
  void Do(const ObtainPlugin& effect);
  void Do(const SpawnHost& effect) { watcher_.Spawn(effect.setup); }
  void Do(const SendToHost& effect) { watcher_.Send(effect.host, effect.command); }
  void Do(const EndHost& effect) { watcher_.Kill(effect.host); }
  void Do(const Report& effect) { client_.Post(effect.event); }
  void Do(const AnswerQuery& effect);
  void Do(const Leave& effect);
  void Do(const LogLine& effect);
  /// A fetched plugin is in memory.
  void StorePlugin(const std::string& hash, const Result<std::string>& content);
  void Unreachable(const Status& status);

  CoordinatorRpcClientOptions ClientOptions() const;
  CoordinatorRpcClientHandlers ClientHandlers();
  WorkerAgentOptions AgentOptions() const;
  HostProcessOptions ProcessOptions() const;
  WorkerHeartbeat Measure();
  std::string DataPath(std::string_view name) const;

  const Configuration configuration_;
  const WorkerOptions options_;
  FileSystem& fs_;
  CoordinatorRpcClient client_;
  HostWatcher watcher_;

  // The agent's thread only.
  WorkerAgent agent_;
  PluginCache cache_;
  bool unreachable_logged_ = false;

  SerialExecutor cleaner_{"cleaner"};  // removes what ended task hosts leave behind
  const WorkerQueries queries_;
  SerialExecutor inspector_{"inspector"};  // answers queries
  std::thread thread_;
  Mutex mu_;
  CondVar posted_;
  std::deque<Mail> mail_ GUARDED_BY(mu_);
  bool stopping_ GUARDED_BY(mu_) = false;
};

}  // namespace penstock
