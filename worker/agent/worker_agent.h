#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/config/options.h"
#include "wire/messages.h"

namespace penstock {

// ---- what happens to a worker ----

/// A session with the coordinator has begun; commands follow.
struct SessionBegun {};
/// The coordinator will not have this worker.
struct RegistrationRefused {
  Status reason;
};
struct CoordinatorLost {
  Status reason;
};
struct CommandArrived {
  WorkerCommand command;
};
struct HostSpoke {
  HostId host;
  HostEvent event;
};
/// Also when the process could not be started.
struct HostEnded {
  HostExited report;
};
struct PluginObtained {
  std::string hash;
  std::string path;
};
struct PluginMissing {
  std::string hash;
  Status reason;
};
struct ShutdownAsked {};

using AgentEvent = std::variant<SessionBegun, RegistrationRefused, CoordinatorLost, CommandArrived,
                                HostSpoke, HostEnded, PluginObtained, PluginMissing, ShutdownAsked>;

// ---- what a worker does about it ----

/// Register under a new WorkerId; answered by SessionBegun or RegistrationRefused.
struct RegisterWorker {};
/// Find the plugin in the cache or fetch it; answered by PluginObtained or PluginMissing, unless
/// the coordinator is lost before.
struct ObtainPlugin {
  std::string hash;
};
/// Answered by HostEnded, sooner or later.
struct SpawnHost {
  HostSetup setup;
};
struct SendToHost {
  HostId host;
  HostCommand command;
};
/// SIGKILL.
struct EndHost {
  HostId host;
};
struct Report {
  WorkerEvent event;
};
/// Of the worker itself: never AskHost. Answered past the agent.
struct AnswerQuery {
  QueryId id;
  WorkerQuery query;
};
/// The last effect: no host is left. OK when it was asked to.
struct Leave {
  Status reason;
};
struct LogLine {
  LogLevel level = LogLevel::kInfo;
  std::string message;
  JobId job;  ///< None: not about a host.
  Generation generation;
  HostId host;
  std::string error;
};

using AgentEffect = std::variant<RegisterWorker, ObtainPlugin, SpawnHost, SendToHost, EndHost,
                                 Report, AnswerQuery, Leave, LogLine>;

/// Constant for the life of a worker.
struct WorkerAgentOptions {
  std::uint32_t slots = 1;
  std::uint64_t memory_bytes = 0;
  std::string bind_address = "127.0.0.1";
  std::string cluster_secret;
  std::string state_directory;  ///< Parent of those of the task hosts.
};

/// The decisions of a worker, as a step function: no clock, no process, no network. Every command
/// that names a host is answered, in the end with HostExited, never with silence. One thread.
///
///                  SessionBegun            CoordinatorLost          last host ended
///   kRegistering ───────────────▶ kServing ───────────────▶ kEndingHosts ─────────▶ kRegistering
///
/// From each of them ShutdownAsked leads to kLeaving, and the end of the last host from there to
/// kLeft, as RegistrationRefused does at once.
class WorkerAgent {
 public:
  explicit WorkerAgent(WorkerAgentOptions options) : options_(std::move(options)) {}

  /// The effects of a worker's start.
  std::vector<AgentEffect> Begin();
  std::vector<AgentEffect> Step(AgentEvent event);

 private:
  enum class Phase : unsigned char { kRegistering, kServing, kEndingHosts, kLeaving, kLeft };
  enum class HostPhase : unsigned char { kAwaitingPlugin, kRunning, kEnding };
  struct Host {
    StartHost start;
    HostPhase phase = HostPhase::kAwaitingPlugin;
    std::vector<HostCommand> waiting;  // commands that came before the process was there
  };
  using Hosts = std::map<HostId, Host>;

  void On(SessionBegun);
  void On(RegistrationRefused event);
  void On(CoordinatorLost event);
  void On(CommandArrived event);
  void On(HostSpoke event);
  void On(HostEnded event);
  void On(PluginObtained event);
  void On(PluginMissing event);
  void On(ShutdownAsked);

  void Execute(StartHost command);
  void Execute(ForwardToHost command);
  void Execute(KillHost command);
  void Execute(AskWorker command);
  void Ask(QueryId id, AskHost ask);
  /// The questions that a host takes with it.
  void FailQueries(HostId host);
  void ReportAnswer(QueryAnswer answer);

  /// Why the host may not be started; OK when it may.
  Status Admit(const StartHost& start) const;
  std::uint32_t SlotsTaken() const;
  void EndOlderHosts(JobId job, Generation generation);
  void Spawn(Host& host, const std::string& plugin_path);
  /// Ends it if it runs, forgets it if it does not yet. Returns the next one.
  Hosts::iterator End(Hosts::iterator host, const std::string& why);
  void EndAllHosts(const std::string& why);
  /// In kEndingHosts and kLeaving, when no host is left.
  void GoOnWithoutHosts();
  void ReportExit(HostId host, std::string description);
  void Log(LogLevel level, std::string message, std::string error = "");
  void LogHost(LogLevel level, std::string message, const StartHost& start, std::string error = "");

  const WorkerAgentOptions options_;
  Phase phase_ = Phase::kRegistering;
  Hosts hosts_;
  std::map<JobId, Generation> newest_;
  std::map<std::string, std::string> plugin_paths_;  // by hash
  std::set<std::string> plugins_asked_for_;
  std::map<QueryId, HostId> asked_;   // what hosts have not answered yet
  std::vector<AgentEffect> effects_;  // of the step under way
};

}  // namespace penstock
