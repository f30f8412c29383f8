#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordinator/job_master.h"
#include "tests/unit/coordinator/manual_clock.h"

namespace penstock {

/// source(2) -> sink(2)
inline JobGraph TwoVertexGraph(const std::string& delivery = "transactional") {
  JobGraph graph;
  graph.name = "test";
  graph.guarantee = "exactly-once";
  for (std::uint32_t i = 0; i < 2; ++i) {
    JobVertex vertex;
    vertex.id = VertexId(i);
    vertex.name = i == 0 ? "numbers" : "out";
    vertex.parallelism = 2;
    GraphOperator op;
    op.name = vertex.name;
    op.uid = vertex.name;
    op.kind = i == 0 ? "source" : "sink";
    op.delivery = i == 0 ? "replayable" : delivery;
    op.stateful = true;
    vertex.operators = {op};
    graph.vertices.push_back(vertex);
  }
  graph.edges.push_back({.from = VertexId(0), .to = VertexId(1), .record = {}, .key = {}});
  return graph;
}

/// Exit() with this: the host was alive when its worker was told to kill it.
inline const std::string kOrdered = "killed by SIGKILL on order";

/// A JobMaster with a cluster of two workers around it that does what it is told, unless a test
/// takes a part over. Effects are carried out by Pump(), one event at a time.
class JobMasterHarness {
 public:
  static constexpr WorkerId kWorkerA{1, 1};
  static constexpr WorkerId kWorkerB{2, 2};

  explicit JobMasterHarness(RestartOptions restart = {}, JobProgress progress = {},
                            JobGraph graph = TwoVertexGraph(), JobMasterOptions options = {})
      : graph_(graph),
        master_(Spec(), std::move(graph), Options(restart, std::move(options)), std::move(progress),
                clock, [n = std::uint64_t{100}]() mutable { return n++; }) {}

  void Tell(const JobEvent& event) {
    for (JobEffect& effect : master_.Step(event)) effects.push_back(std::move(effect));
  }

  /// All effects of type E since the last Forget().
  template <typename E>
  std::vector<E> All() const {
    std::vector<E> found;
    for (const JobEffect& effect : effects) {
      if (const E* e = std::get_if<E>(&effect)) found.push_back(*e);
    }
    return found;
  }
  template <typename C>
  std::vector<C> Commands() const {
    std::vector<C> found;
    for (const SendCommand& send : All<SendCommand>()) {
      if (const C* c = std::get_if<C>(&send.command)) found.push_back(*c);
    }
    return found;
  }
  template <typename C>
  std::vector<C> HostCommands() const {
    std::vector<C> found;
    for (const ForwardToHost& forward : Commands<ForwardToHost>()) {
      if (const C* c = std::get_if<C>(&forward.command)) found.push_back(*c);
    }
    return found;
  }
  void Forget() { effects.clear(); }

  // The way of an attempt, step by step.
  void GrantSlots() { Tell(SlotsGranted{{kWorkerA, kWorkerB}}); }
  void Prepare(std::optional<RestorePoint> restore = std::nullopt) {
    Tell(AttemptPrepared{generation(), Status(), std::move(restore), CheckpointId(), {}});
    hosts = Commands<StartHost>();
    if (hosts.size() > 2) hosts.erase(hosts.begin(), hosts.end() - 2);
  }
  void FromAll(const HostEvent& event) {
    for (std::size_t i = 0; i < hosts.size(); ++i) From(i, event);
  }
  void From(std::size_t i, const HostEvent& event) {
    Tell(HostMessage{WorkerOf(i), hosts[i].host, event});
  }
  void Exit(std::size_t i, const std::string& how, bool clean = false) {
    Tell(HostEnded{WorkerOf(i), {hosts[i].host, clean, how == kOrdered, how, "tail"}});
  }
  void ExitAll() {
    for (std::size_t i = 0; i < hosts.size(); ++i) Exit(i, kOrdered);
  }
  void Ready() { FromAll(HostReady{"tcp://127.0.0.1:1"}); }
  void Deployed() { FromAll(HostDeployed{}); }
  void RunFromStart(std::optional<RestorePoint> restore = std::nullopt) {
    Tell(StartJob{});
    RunFromSlots(std::move(restore));
  }
  void RunFromSlots(std::optional<RestorePoint> restore = std::nullopt) {
    GrantSlots();
    Prepare(std::move(restore));
    Ready();
    Deployed();
  }

  // Checkpoints.
  void MakeDirectory(std::uint64_t id) {
    Tell(CheckpointDirectoryMade{generation(), CheckpointId(id), std::string("/pending")});
  }
  void Acknowledge(std::uint64_t id, SubtaskId subtask) {
    From(subtask.index, CheckpointAcknowledged{CheckpointId(id), {subtask, {{"m", 10, 1}}}, {}});
  }
  void AcknowledgeAll(std::uint64_t id) {
    for (std::uint32_t vertex = 0; vertex < 2; ++vertex) {
      for (std::uint32_t i = 0; i < 2; ++i) Acknowledge(id, {VertexId(vertex), i});
    }
  }
  void Decide(std::uint64_t id, Decision decision = Decision::kDecided) {
    Tell(DecisionWritten{
        generation(),
        CheckpointId(id),
        {decision, decision == Decision::kDecided ? Status() : Status::External("disk broke")}});
  }
  void EndSources() {
    for (std::uint32_t i = 0; i < 2; ++i) From(i, SourceExhausted{{VertexId(0), i}});
  }
  void PassTime(Clock::Duration by) {
    clock.Advance(by);
    Tell(penstock::Tick{});
  }

  Generation generation() const { return master_.progress().generation; }
  JobState state() const { return master_.state(); }
  JobMaster& master() { return master_; }
  WorkerId WorkerOf(std::size_t i) const {
    for (const SendCommand& send : All<SendCommand>()) {
      const StartHost* start = std::get_if<StartHost>(&send.command);
      if (start != nullptr && start->host == hosts[i].host) return send.worker;
    }
    return i == 0 ? kWorkerA : kWorkerB;
  }

  ManualClock clock;
  JobEffects effects;
  std::vector<StartHost> hosts;  ///< Of the current attempt.

 private:
  static JobSpec Spec() {
    JobSpec spec;
    spec.id = JobId(7, 7);
    spec.name = "test";
    return spec;
  }
  static JobMasterOptions Options(const RestartOptions& restart, JobMasterOptions options) {
    options.restart = restart;
    options.restart.jitter = 0;
    options.checkpoint_directory = "/checkpoints/job";
    return options;
  }

  const JobGraph graph_;
  JobMaster master_;
};

}  // namespace penstock
