#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "common/clock.h"
#include "common/status.h"
#include "coordinator/dispatcher.h"
#include "wire/query.h"

namespace penstock {

/// Sampled stacks, merged into a tree by their outermost frames.
class FlameNode {
 public:
  /// Adds an answer to SampleStacks. kCorruption when it is none.
  Status Add(const std::string& answer);
  std::uint64_t value() const { return value_; }
  /// {"name", "value", "children"} as Flink has it. Branches of less than a thousandth of all
  /// samples are left out.
  boost::json::object ToJson(const std::string& name) const;

 private:
  boost::json::object ToJson(const std::string& name, std::uint64_t least) const;

  std::uint64_t value_ = 0;
  std::map<std::string, FlameNode> children_;
};

/// The flame graphs that somebody has asked for lately. The first to ask for one has the stacks
/// sampled for three seconds and gets nothing yet; others get what is there, which is sampled again
/// when it is ten seconds old. Nothing is sampled unless asked for. Coordinator thread only.
class FlameGraphs {
 public:
  struct Subject {
    JobId job;
    VertexId vertex;
    std::optional<std::uint32_t> subtask;
    SampleKind kind = SampleKind::kFull;
    auto operator<=>(const Subject&) const = default;
  };

  /// `dispatcher` outlives this, and its thread does not call back after this has gone.
  explicit FlameGraphs(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  /// {"endTimestamp", "data"}; without samples yet the time is -1 and the data null, without a task
  /// that runs -2.
  boost::json::object Show(const JobMaster& job, const Subject& subject);

 private:
  struct Graph {
    FlameNode root;
    std::int64_t end_millis = -1;
    Clock::MonotonicTime sampled_at{};
    Clock::MonotonicTime shown_at{};
    // While it is being sampled.
    FlameNode next;
    std::size_t awaited = 0;
    std::uint64_t round = 0;
  };

  bool Begin(const JobMaster& job, const Subject& subject);
  void OnAnswer(const Subject& subject, std::uint64_t round, const Result<std::string>& answer);
  void DropOld();

  Dispatcher& dispatcher_;
  std::map<Subject, Graph> graphs_;
  std::uint64_t last_round_ = 0;  // so that late answers are told from those awaited
};

/// Where a vertex' tasks run: the subtasks of each task host, by worker. Only those that run.
struct HostTasks {
  WorkerId worker;
  HostId host;
  std::vector<SubtaskId> subtasks;
};
std::vector<HostTasks> TasksByHost(const JobMaster& job, VertexId vertex,
                                   std::optional<std::uint32_t> subtask = std::nullopt);

}  // namespace penstock
