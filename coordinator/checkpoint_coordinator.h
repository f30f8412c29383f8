#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checkpoint/storage.h"
#include "common/clock.h"
#include "common/config/configuration.h"
#include "common/config/options.h"
#include "coordinator/checkpoint_statistics.h"
#include "graph/job_graph.h"
#include "wire/messages.h"

namespace penstock {

struct CheckpointOptions {
  Clock::Duration interval = std::chrono::seconds(10);
  Clock::Duration min_pause{};
  Clock::Duration timeout = std::chrono::minutes(10);
  /// Pause before a final checkpoint that failed is tried again.
  Clock::Duration final_retry = std::chrono::seconds(1);
};
CheckpointOptions CheckpointOptionsFrom(const Configuration& config);

// ---- what has to be done next; each is answered by the method named ----

/// Store the id as used, make its directory: OnPrepared.
struct PrepareCheckpoint {
  CheckpointId checkpoint;
  bool final = false;
};
/// Tell all tasks: OnAcknowledged, OnDeclined.
struct SendTriggers {
  TriggerCheckpoint trigger;
};
/// All tasks have acknowledged: OnDecided.
struct DecideCheckpoint {
  CheckpointId checkpoint;
  bool final = false;
  std::vector<TaskSnapshot> tasks;  ///< In order of subtask.
};
/// Delete what there is of it. `warning` is for people.
struct AbortCheckpoint {
  CheckpointId checkpoint;
  std::string warning;
};
/// It is decided: tell all tasks to commit.
struct CommitCheckpoint {
  CheckpointCompleted completed;
};
/// Nobody knows whether it is decided: the attempt has to end.
struct LoseCheckpoint {
  Status reason;
};

/// A wish is fulfilled, or will not be, for that reason.
struct AnswerRequest {
  TriggerId request;
  Result<CheckpointId> checkpoint;
};

using CheckpointAction =
    std::variant<PrepareCheckpoint, SendTriggers, DecideCheckpoint, AbortCheckpoint,
                 CommitCheckpoint, LoseCheckpoint, AnswerRequest>;
using CheckpointActions = std::vector<CheckpointAction>;

/// A user wants a checkpoint that begins after the wish.
struct CheckpointRequest {
  TriggerId id;
  bool savepoint = false;
};

/// Takes a job's checkpoints: when to trigger, whom to wait for, when one is complete or given up.
/// At most one is in flight. It only decides what to do next; whoever drives it does it. A failed
/// checkpoint is a warning; the job runs on. Coordinator thread only.
class CheckpointCoordinator {
 public:
  /// `graph` and `clock` outlive this; the graph changes between attempts only.
  CheckpointCoordinator(const JobGraph& graph, CheckpointOptions options, const Clock& clock);

  /// The tasks of a new attempt run, of the graph as it is now. Ids continue after `last_used`.
  /// After a restart the first one comes soon, whatever the interval: it commits what was not.
  void Begin(CheckpointId last_used);
  /// The attempt is over; the one in flight counts as failed, and all requests are answered so.
  CheckpointActions End(const std::string& reason);

  /// Takes one at once, or right after the one in flight. Requests that wait together share one.
  /// Each is answered by exactly one AnswerRequest.
  CheckpointActions Request(const CheckpointRequest& request);
  /// While held, checkpoints are only taken when requested; until Begin() or Release().
  void Hold() { held_ = true; }
  void Release() { held_ = false; }

  /// All sources have ended: one last checkpoint, tried until it succeeds.
  CheckpointActions RequestFinal();
  /// One as soon as possible: the one in flight, or another at once; after a failure again, until
  /// one has completed or WithdrawRequest. Nothing once a final one is wanted.
  CheckpointActions RequestSoon();
  void WithdrawRequest() { soon_wanted_ = false; }
  /// Time may have passed.
  CheckpointActions Tick();
  CheckpointActions OnPrepared(CheckpointId id, const Result<std::string>& directory);
  CheckpointActions OnAcknowledged(const CheckpointAcknowledged& acknowledged);
  CheckpointActions OnDeclined(const CheckpointDeclined& declined);
  CheckpointActions OnDecided(CheckpointId id, const DecisionOutcome& outcome);

  /// When Tick() has something to do; nothing before another call.
  std::optional<Clock::MonotonicTime> NextWake() const;

  CheckpointId last_used() const { return last_used_; }
  bool in_flight() const { return pending_.has_value(); }
  bool final_wanted() const { return final_wanted_; }
  /// The record of the one in flight; null when there is none.
  const CheckpointRecord* current() const { return pending_ ? &pending_->record : nullptr; }
  const CheckpointStatistics& statistics() const { return statistics_; }
  CheckpointStatistics& statistics() { return statistics_; }
  const CheckpointOptions& options() const { return options_; }

 private:
  enum class Phase : unsigned char { kPreparing, kCollecting, kDeciding };
  struct Pending {
    CheckpointId id;
    bool final = false;
    Phase phase = Phase::kPreparing;
    Clock::MonotonicTime triggered;
    std::map<SubtaskId, TaskSnapshot> acknowledged;
    std::vector<CheckpointRequest> requests;
    CheckpointRecord record;
  };

  CheckpointActions Trigger();
  /// Takes the waiting requests along.
  void Attach(Pending& pending);
  static void Answer(const std::vector<CheckpointRequest>& requests,
                     const Result<CheckpointId>& checkpoint, CheckpointActions& actions);
  /// Ends the pending one as failed and plans the next.
  CheckpointActions GiveUp(const std::string& reason);
  void EndRecord(CheckpointStatus status, const std::string& failure);
  void PlanNext();
  /// Names the tasks that have not acknowledged, and the edge that barriers have not passed.
  std::string DescribeMissing() const;
  bool IsPending(CheckpointId id, Phase phase) const;

  const JobGraph& graph_;
  const CheckpointOptions options_;
  const Clock& clock_;
  std::vector<SubtaskId> tasks_;  // of the current attempt

  bool running_ = false;
  bool final_wanted_ = false;
  bool soon_wanted_ = false;
  bool held_ = false;
  std::vector<CheckpointRequest> waiting_;
  CheckpointId last_used_;
  std::optional<Pending> pending_;
  Clock::MonotonicTime last_trigger_;
  Clock::MonotonicTime next_trigger_;
  CheckpointStatistics statistics_;
};

}  // namespace penstock
