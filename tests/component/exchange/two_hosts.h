#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "graph/job_graph.h"
#include "graph/physical_plan.h"
#include "worker/exchange/exchange.h"

namespace penstock {

/// A job of two vertices joined by a Hash edge, every subtask on one of two exchanges in this
/// process that talk over loopback: subtask i of both vertices is on host i % 2.
class TwoHosts {
 public:
  static constexpr std::uint64_t kMemory = 64 << 20;

  explicit TwoHosts(std::uint32_t parallelism = 2) : plan(ExpandGraph(Graph(parallelism))) {
    for (std::uint32_t i = 0; i < 2; ++i) {
      options[i].job = JobId(1, 2);
      options[i].generation = Generation(3);
      options[i].host = HostId(10, i);
      options[i].cluster_secret = "secret";
      options[i].memory_bytes = kMemory;
      assignments.push_back({options[i].host, "", {}});
    }
    for (SubtaskId subtask : plan.subtasks) {
      assignments[subtask.index % 2].subtasks.push_back(subtask);
    }
  }
  ~TwoHosts() {
    for (auto& exchange : exchanges) {
      if (exchange == nullptr) continue;
      exchange->Cancel();
      exchange->Stop();
    }
  }

  /// Makes and binds both.
  void Bind() {
    for (std::uint32_t i = 0; i < 2; ++i) {
      exchanges[i] = NewExchange(options[i]);
      assignments[i].endpoint = exchanges[i]->Bind().value();
    }
  }
  /// Connects both at once; the outcomes.
  std::pair<Status, Status> Connect() {
    auto second = std::async(std::launch::async, [this] { return ConnectOne(1); });
    Status first = ConnectOne(0);
    return {first, second.get()};
  }
  Status ConnectOne(std::uint32_t i) {
    return exchanges[i]->Connect(plan, assignments,
                                 [this, i](Status status) { failures[i].set_value(status); });
  }
  /// The failure of that host; an OK status when there is none within two seconds.
  Status FailureOf(std::uint32_t i) {
    auto failure = failures[i].get_future();
    if (failure.wait_for(std::chrono::seconds(2)) != std::future_status::ready) return {};
    return failure.get();
  }
  std::vector<std::unique_ptr<OutputChannel>> Outputs(std::uint32_t subtask, TaskSignal& signal) {
    return exchanges[subtask % 2]->TakeOutputs({VertexId(0), subtask}, 0, signal);
  }
  std::unique_ptr<InputGate> Input(std::uint32_t subtask, TaskSignal& signal) {
    return exchanges[subtask % 2]->TakeInput({VertexId(1), subtask}, signal);
  }

  static JobGraph Graph(std::uint32_t parallelism) {
    JobGraph graph;
    for (std::uint32_t i = 0; i < 2; ++i) {
      JobVertex vertex;
      vertex.id = VertexId(i);
      vertex.parallelism = parallelism;
      vertex.operators.resize(1);
      graph.vertices.push_back(vertex);
    }
    graph.edges.push_back({VertexId(0), 0, VertexId(1), EdgeDistribution::kHash, {}, {}, "", 0});
    return graph;
  }

  PhysicalPlan plan;
  ExchangeOptions options[2];
  std::vector<HostAssignment> assignments;
  std::unique_ptr<Exchange> exchanges[2];
  std::promise<Status> failures[2];
};

}  // namespace penstock
