#include "worker/agent/worker_agent.h"

#include <utility>

namespace penstock {

std::vector<AgentEffect> WorkerAgent::Begin() { return {RegisterWorker{}}; }

std::vector<AgentEffect> WorkerAgent::Step(AgentEvent event) {
  if (phase_ != Phase::kLeft) {
    std::visit([this](auto&& what) { On(std::move(what)); }, std::move(event));
  }
  return std::exchange(effects_, {});
}

void WorkerAgent::On(SessionBegun) {
  if (phase_ != Phase::kRegistering) return;
  phase_ = Phase::kServing;
  Log(LogLevel::kInfo, "registered with the coordinator");
}

void WorkerAgent::On(RegistrationRefused event) {
  phase_ = Phase::kLeft;
  effects_.push_back(Leave{std::move(event.reason)});
}

void WorkerAgent::On(CoordinatorLost event) {
  plugins_asked_for_.clear();
  asked_.clear();
  if (phase_ != Phase::kServing) return;
  Log(LogLevel::kWarn, "the coordinator is gone: ending all task hosts", event.reason.message());
  phase_ = Phase::kEndingHosts;
  EndAllHosts("the coordinator was lost");
  GoOnWithoutHosts();
}

void WorkerAgent::On(ShutdownAsked) {
  if (phase_ == Phase::kLeaving) return;
  phase_ = Phase::kLeaving;
  EndAllHosts("the worker is leaving");
  GoOnWithoutHosts();
}

void WorkerAgent::On(CommandArrived event) {
  std::visit([this](auto&& command) { Execute(std::move(command)); }, std::move(event.command));
}

void WorkerAgent::Execute(StartHost start) {
  const HostId id = start.host;
  const JobId job = start.job.id;
  if (const Status status = Admit(start); !status.ok()) {
    LogHost(LogLevel::kWarn, "task host refused", start, status.message());
    return ReportExit(id, status.message());
  }
  newest_[job] = start.generation;
  EndOlderHosts(job, start.generation);

  const std::string hash = start.job.plugin_hash;
  Host& host = hosts_[id];
  host.start = std::move(start);
  if (const auto cached = plugin_paths_.find(hash); cached != plugin_paths_.end()) {
    Spawn(host, cached->second);
  } else if (plugins_asked_for_.insert(hash).second) {
    effects_.push_back(ObtainPlugin{hash});
  }
}

Status WorkerAgent::Admit(const StartHost& start) const {
  if (phase_ != Phase::kServing) return Status::Unavailable("the worker is leaving");
  if (hosts_.contains(start.host))
    return Status::Internal("this task host has been started before");
  if (const auto newest = newest_.find(start.job.id);
      newest != newest_.end() && start.generation < newest->second) {
    return Status::Fenced("generation " + ToString(start.generation) + " of the job is over; " +
                          ToString(newest->second) + " has begun");
  }
  const std::uint32_t taken = SlotsTaken();
  if (start.slots == 0 || start.slots > options_.slots - taken) {
    return Status::Internal("the task host needs " + std::to_string(start.slots) + " slots; " +
                            std::to_string(options_.slots - taken) + " are free");
  }
  return Status::Ok();
}

std::uint32_t WorkerAgent::SlotsTaken() const {
  std::uint32_t taken = 0;
  for (const auto& [id, host] : hosts_) {
    if (host.phase != HostPhase::kEnding) taken += host.start.slots;
  }
  return taken;
}

void WorkerAgent::EndOlderHosts(JobId job, Generation generation) {
  for (auto host = hosts_.begin(); host != hosts_.end();) {
    const StartHost& start = host->second.start;
    const bool older = start.job.id == job && start.generation < generation;
    host = older ? End(host, "a newer generation of the job has begun") : std::next(host);
  }
}

void WorkerAgent::Execute(ForwardToHost forward) {
  const auto found = hosts_.find(forward.host);
  if (found == hosts_.end()) {
    return ReportExit(forward.host, "no such task host on this worker");
  }
  Host& host = found->second;
  switch (host.phase) {
    case HostPhase::kAwaitingPlugin: host.waiting.push_back(std::move(forward.command)); break;
    case HostPhase::kRunning:
      effects_.push_back(SendToHost{forward.host, std::move(forward.command)});
      break;
    case HostPhase::kEnding: break;  // HostExited follows
  }
}

void WorkerAgent::Execute(KillHost kill) {
  const auto found = hosts_.find(kill.host);
  if (found == hosts_.end()) return ReportExit(kill.host, "no such task host on this worker");
  End(found, "killed on the coordinator's order");
}

void WorkerAgent::Execute(AskWorker command) {
  if (auto* ask = std::get_if<AskHost>(&command.query)) return Ask(command.id, std::move(*ask));
  effects_.push_back(AnswerQuery{command.id, std::move(command.query)});
}

void WorkerAgent::Ask(QueryId id, AskHost ask) {
  const auto found = hosts_.find(ask.host);
  if (found == hosts_.end() || found->second.phase != HostPhase::kRunning) {
    return ReportAnswer({id, Status::NotFound("the task host does not run"), ""});
  }
  asked_[id] = ask.host;
  effects_.push_back(SendToHost{ask.host, AskedOfHost{id, std::move(ask.query)}});
}

void WorkerAgent::FailQueries(HostId host) {
  for (auto asked = asked_.begin(); asked != asked_.end();) {
    if (asked->second != host) {
      ++asked;
      continue;
    }
    ReportAnswer({asked->first, Status::Unavailable("the task host has ended"), ""});
    asked = asked_.erase(asked);
  }
}

void WorkerAgent::ReportAnswer(QueryAnswer answer) {
  effects_.push_back(Report{std::move(answer)});
}

void WorkerAgent::On(PluginObtained event) {
  plugins_asked_for_.erase(event.hash);
  plugin_paths_[event.hash] = event.path;
  for (auto& [id, host] : hosts_) {
    if (host.phase == HostPhase::kAwaitingPlugin && host.start.job.plugin_hash == event.hash) {
      Spawn(host, event.path);
    }
  }
}

void WorkerAgent::On(PluginMissing event) {
  plugins_asked_for_.erase(event.hash);
  for (auto host = hosts_.begin(); host != hosts_.end();) {
    const StartHost& start = host->second.start;
    const bool waits = host->second.phase == HostPhase::kAwaitingPlugin;
    if (!waits || start.job.plugin_hash != event.hash) {
      ++host;
      continue;
    }
    LogHost(LogLevel::kWarn, "plugin not obtained", start, event.reason.message());
    host = End(host, "its plugin could not be obtained: " + event.reason.message());
  }
}

void WorkerAgent::Spawn(Host& host, const std::string& plugin_path) {
  const StartHost& start = host.start;
  HostSetup setup;
  setup.host = start.host;
  setup.generation = start.generation;
  setup.job = start.job;
  setup.plugin_path = plugin_path;
  setup.memory_bytes = options_.memory_bytes / options_.slots * start.slots;
  setup.slots = start.slots;
  setup.bind_address = options_.bind_address;
  setup.cluster_secret = options_.cluster_secret;
  setup.state_directory = options_.state_directory + "/" + ToString(start.host);
  host.phase = HostPhase::kRunning;
  LogHost(LogLevel::kInfo, "starting a task host", start);
  effects_.push_back(SpawnHost{std::move(setup)});
  for (HostCommand& command : std::exchange(host.waiting, {})) {
    effects_.push_back(SendToHost{start.host, std::move(command)});
  }
}

void WorkerAgent::On(HostSpoke event) {
  const auto found = hosts_.find(event.host);
  if (found == hosts_.end() || found->second.phase != HostPhase::kRunning) return;
  if (auto* answer = std::get_if<QueryAnswer>(&event.event)) {
    if (asked_.erase(answer->id) != 0) ReportAnswer(std::move(*answer));
    return;
  }
  effects_.push_back(Report{FromHost{event.host, std::move(event.event)}});
}

void WorkerAgent::On(HostEnded event) {
  const auto found = hosts_.find(event.report.host);
  if (found == hosts_.end()) return;
  const bool expected = event.report.clean || found->second.phase == HostPhase::kEnding;
  LogHost(expected ? LogLevel::kInfo : LogLevel::kWarn, "a task host has ended",
          found->second.start, event.report.description);
  hosts_.erase(found);
  FailQueries(event.report.host);
  effects_.push_back(Report{std::move(event.report)});
  GoOnWithoutHosts();
}

WorkerAgent::Hosts::iterator WorkerAgent::End(Hosts::iterator host, const std::string& why) {
  const HostId id = host->first;
  if (host->second.phase == HostPhase::kAwaitingPlugin) {
    ReportExit(id, why);
    return hosts_.erase(host);
  }
  if (host->second.phase == HostPhase::kRunning) {
    host->second.phase = HostPhase::kEnding;
    LogHost(LogLevel::kInfo, "ending a task host", host->second.start, why);
    effects_.push_back(EndHost{id});
  }
  return std::next(host);
}

void WorkerAgent::EndAllHosts(const std::string& why) {
  for (auto host = hosts_.begin(); host != hosts_.end();) host = End(host, why);
}

void WorkerAgent::GoOnWithoutHosts() {
  if (!hosts_.empty()) return;
  if (phase_ == Phase::kEndingHosts) {
    phase_ = Phase::kRegistering;
    effects_.push_back(RegisterWorker{});
  } else if (phase_ == Phase::kLeaving) {
    phase_ = Phase::kLeft;
    Log(LogLevel::kInfo, "the worker has left");
    effects_.push_back(Leave{});
  }
}

void WorkerAgent::ReportExit(HostId host, std::string description) {
  effects_.push_back(Report{HostExited{host, false, false, std::move(description), "", ""}});
}

void WorkerAgent::Log(LogLevel level, std::string message, std::string error) {
  effects_.push_back(LogLine{level, std::move(message), {}, {}, {}, std::move(error)});
}

void WorkerAgent::LogHost(LogLevel level, std::string message, const StartHost& start,
                          std::string error) {
  effects_.push_back(LogLine{level, std::move(message), start.job.id, start.generation, start.host,
                             std::move(error)});
}

}  // namespace penstock
