#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/runtime/job_defaults.h"
#include "api/runtime/plugin.h"
#include "api/testing/local_task.h"
#include "api/testing/test_random.h"
#include "graph/job_graph.h"
#include "graph/physical_plan.h"

namespace penstock::testing {

/// The graph of a valid job with a vertex for each operator, so that every edge has channels.
JobGraph GraphWithoutChains(const std::vector<OperatorSpec>& specs, const JobDefaults& defaults);

/// What identifies an operator in checkpoints.
std::string CheckpointKeyOf(const OperatorSpec& spec, std::size_t index);
/// What people call it.
const std::string& LabelOf(const OperatorSpec& spec);

/// What one run of a job is made of. All that is referred to outlives the run.
struct LocalJobParts {
  const std::vector<OperatorSpec>& specs;
  JobGraph graph;  ///< Of the specs.
  JobId id{1, 2};
  Generation generation{1};
  Epoch epoch = 1;  ///< Number of the next checkpoint.
  TestSurroundings& surroundings;
  FileSystem& file_system;
  /// By operator; null where nothing is taken down. Of a sink they tap what it is given, of others
  /// what they emit.
  std::vector<RecordTap*> taps;
  std::function<RecordTap&(std::size_t op, const std::string& tag, const void* type_id)> side_tap;
};

/// One run of a job: every subtask of every operator, driven by one thread in an order that the
/// random numbers decide. Ends with its first error.
class LocalJob {
 public:
  explicit LocalJob(LocalJobParts parts);
  LocalJob(const LocalJob&) = delete;
  LocalJob& operator=(const LocalJob&) = delete;

  /// Makes and opens all; from a checkpoint unless null.
  Status Open(const Checkpoint* from);

  /// Does one of the things that can be done now: reads an element, polls a source, fires timers or
  /// passes on a barrier. False when there is none.
  Result<bool> Step(TestRandom& random);

  /// Begins a checkpoint: sources snapshot in one of the next steps.
  void Trigger(CheckpointId checkpoint, bool final);
  /// Its snapshots, once all are there.
  std::optional<Checkpoint> Completed() const;
  Status NotifyCompleted(CheckpointId checkpoint);
  Status Close();

  bool exhausted() const;
  /// Names of the sources that are not.
  std::vector<std::string> UnfinishedSources() const;
  std::optional<Clock::MonotonicTime> NextDue() const;
  /// Names of the operators that wait for answers of other threads.
  std::vector<std::string> WaitingOperators() const;
  /// Whether a source has emitted any since Open.
  bool HasReadRecords() const;
  /// Of all subtasks of that operator.
  std::uint64_t Records(std::size_t op) const;
  Status Evict();
  Status Fill(std::uint32_t entries);

 private:
  struct Member {
    std::size_t op = 0;
    std::unique_ptr<LocalTask> task;
    bool triggered = false;
  };
  enum class Kind : unsigned char { kTrigger, kTimers, kPoll, kRead };
  struct Action {
    Member* member;
    Kind kind;
    std::size_t input;
  };

  std::vector<LocalInput> InputsOf(SubtaskId id) const;
  void AddEdges(SubtaskId id, LocalTask& task);
  void AddTaps(std::size_t op, LocalTask& task);
  void FindActions();
  Status Do(const Action& action);
  bool FlushAll();
  Status ForEach(const std::function<Status(Member&)>& call);

  LocalJobParts parts_;
  const PhysicalPlan plan_;
  std::vector<std::unique_ptr<LocalChannel>> channels_;  // by id
  std::vector<Member> members_;                          // in order of the plan
  std::vector<Action> actions_;                          // of the last FindActions
  CheckpointId checkpoint_;                              // the last one triggered
  bool final_ = false;
};

}  // namespace penstock::testing
