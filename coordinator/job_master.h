#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "coordinator/checkpoint_coordinator.h"
#include "coordinator/event_log.h"
#include "coordinator/execution_graph.h"
#include "coordinator/job_events.h"
#include "coordinator/metrics/metric_store.h"
#include "coordinator/restart_policy.h"
#include "graph/job_graph.h"

namespace penstock {

struct JobMasterOptions {
  CheckpointOptions checkpoints;
  RestartOptions restart;
  std::string checkpoint_directory;  ///< Of the job: <checkpoint directory>/<job id>.
  /// Savepoint or checkpoint that it starts from until it has one of its own; empty: none.
  std::string start_from;
  CheckpointRetention retention = CheckpointRetention::kDelete;
  /// From the start of the processes until all have loaded the plugin.
  Clock::Duration start_timeout = std::chrono::seconds(60);
  /// Until all have restored their state.
  Clock::Duration deploy_timeout = std::chrono::minutes(5);
  /// Until all have committed the final checkpoint.
  Clock::Duration finish_timeout = std::chrono::minutes(5);
  /// What tasks get to close when the job is cancelled.
  Clock::Duration cancel_grace = std::chrono::seconds(5);
};

/// The last words of a task host.
struct EndedHost {
  std::int64_t wall_millis = 0;
  HostId host;
  WorkerId worker;
  Generation generation;
  std::string description;
  std::string tail;
};

enum class RescaleStatus : unsigned char { kInProgress, kCompleted, kUnchanged, kGivenUp };
/// "IN_PROGRESS"
std::string_view ToString(RescaleStatus status);

/// What has become of the newest wish for another parallelism.
struct RescaleRecord {
  std::uint32_t parallelism = 0;
  RescaleStatus status = RescaleStatus::kInProgress;
  std::string reason{};  ///< Why it was given up.
};

/// Runs one job from its submission or recovery to its end, over all its attempts. Only decides:
/// every event returns what has to be done, in order, and nothing is done here. Everything of an
/// attempt carries its generation; what an older one still says is ignored. Coordinator thread
/// only.
///
/// An attempt: wait for slots → prepare (generation stored, older ones fenced, restore point found)
/// → start hosts → deploy tasks → run → end. It ends by finishing, by a failure or by cancelling;
/// the next one begins when every host of the last is known to be gone.
///
/// A rescale: a checkpoint completes → the attempt ends, without a failure → the next one takes the
/// new graph, whose description is stored before anything of it starts.
class JobMaster {
 public:
  /// `graph` is spec.graph_json, parsed. `progress` is what the job store has; its state is taken
  /// as INITIALIZING unless it is terminal. `clock` outlives this.
  JobMaster(JobSpec spec, JobGraph graph, JobMasterOptions options, JobProgress progress,
            const Clock& clock, RandomBits random);

  JobEffects Step(const JobEvent& event);

  /// When a Tick has something to do.
  std::optional<Clock::MonotonicTime> NextWake() const;

  /// OK when a cancel, a stop or a checkpoint has a meaning now; else a conflict that says why not.
  Status CheckCancel() const;
  Status CheckStop(const StopJob& stop) const;
  Status CheckSnapshot() const;
  Status CheckRescale() const;
  /// Its next attempt would start from there: it must not be deleted. Empty: nothing of the kind.
  std::string needed_to_start() const;

  /// Is this one of the current attempt's hosts?
  bool HasHost(HostId host) const { return hosts_.contains(host); }
  JobState state() const { return progress_.state; }
  const JobSpec& spec() const { return spec_; }
  const JobGraph& graph() const { return graph_; }
  /// Of the rescale under way, if there is one that has not taken effect yet.
  const JobGraph& wanted_graph() const { return target_ ? target_->graph : graph_; }
  /// The newest since the coordinator started.
  const std::optional<RescaleRecord>& rescale() const { return rescale_; }
  const JobProgress& progress() const { return progress_; }
  const ExecutionGraph& executions() const { return executions_; }
  const CheckpointCoordinator& checkpoints() const { return checkpoints_; }
  /// What tasks have measured in the current attempt, or in the last one.
  const MetricStore& metrics() const { return metrics_; }
  /// Nothing unless the job runs.
  std::optional<Bottleneck> bottleneck() const;
  std::optional<WatermarkHolder> watermark_holder() const;
  const JobMasterOptions& options() const { return options_; }
  const EventLog& events() const { return events_; }
  const std::deque<EndedHost>& ended_hosts() const { return ended_hosts_; }
  /// Wall clock since when the state is what it is.
  std::int64_t last_change_millis() const;
  /// Bytes of keyed state over all hosts, as they last said.
  std::uint64_t state_bytes() const;
  /// What its hosts on a worker use, as they last said; their sum.
  MemoryUse MemoryOn(WorkerId worker) const;

 private:
  enum class Phase : unsigned char {
    kIdle,
    kWaitingForSlots,
    kPreparing,
    kStarting,
    kDeploying,
    kRunning,
    kFinishing,  ///< The final checkpoint is decided.
    kClosing,    ///< Cancelled; tasks may close in peace.
    kEnding,     ///< All hosts have been killed; waits until they are gone.
    kBackoff,
    kDone,
  };
  enum class HostPhase : unsigned char { kStarting, kReady, kDeployed, kFinished };
  struct Host {
    HostId id;
    WorkerId worker;
    std::uint32_t slots = 0;
    std::vector<SubtaskId> subtasks;
    std::string endpoint;
    HostPhase phase = HostPhase::kStarting;
    bool gone = false;
    bool reported = false;  // has said why it fails, so its end is no news
    std::uint64_t state_bytes = 0;
    MemoryUse memory{};
  };
  /// A failure as it is reported, before it is known to be the first cause.
  struct Cause {
    Status status;
    std::string task{};
    std::string worker{};
    std::string operator_name{};
    std::string stack{};
    /// A consequence of another failure, most likely: a lost connection to another host.
    bool secondary = false;
    /// Repeating the attempt would fail again.
    bool fatal = false;
  };

  // job_master.cc: the way of an attempt
  void On(const StartJob&);
  void On(const SlotsGranted& granted);
  void On(const AttemptPrepared& prepared);
  void On(const CancelJob&);
  void On(const Tick&);
  void BeginAttempt();
  void StartHosts();
  void DeployTasks();
  void StartTasks();
  void CheckSourcesEnded();
  void OnDeadline();
  void OnAllGone();
  void RestartOrFail();
  void EndJob(JobState state);

  // job_master_rescale.cc
  void On(const RescaleJob& rescale);
  void RequestRescaleCheckpoint();
  void EndForRescale();
  bool EndingForRescale() const;
  bool EndsWithSavepoint() const;
  void TakeTarget();
  void CompleteRescale();
  void GiveUpRescale(const std::string& reason);

  // job_master_hosts.cc: what hosts and workers say, and failures
  void On(const HostMessage& message);
  void On(const HostEnded& ended);
  void On(const WorkerGone& gone);
  void OnHost(Host& host, const HostReady& ready);
  void OnHost(Host& host, const HostDeployed&);
  void OnHost(Host& host, const SourceExhausted& exhausted);
  void OnHost(Host& host, const CheckpointAcknowledged& acknowledged);
  void OnHost(Host& host, const CheckpointDeclined& declined);
  void OnHost(Host& host, const HostFinished&);
  void OnHost(Host& host, const HostFailed& failed);
  void OnHost(Host&, const QueryAnswer&) {}  // never comes here: the dispatcher's
  void AlignSources();

  // job_master_metrics.cc
  void OnHost(Host& host, const HostMetrics& metrics);
  std::int64_t MonotonicMillis() const;
  void Measure();
  void WatchWatermark();

  void Fail(Cause cause);
  void RecordFailure(const Cause& cause);
  void AddConsequence(const Cause& cause);
  void NoteUnreadable(const Status& error);

  // job_master_checkpoints.cc
  void On(const CheckpointDirectoryMade& made);
  void On(const DecisionWritten& written);
  void Apply(CheckpointActions actions);
  void Do(const PrepareCheckpoint& action);
  void Do(const SendTriggers& action);
  void Do(const DecideCheckpoint& action);
  void Do(const AbortCheckpoint& action);
  void Do(const CommitCheckpoint& action);
  void Do(const LoseCheckpoint& action);
  void Do(const AnswerRequest& action);

  // job_master_savepoints.cc
  void On(const StopJob& stop);
  void On(const RequestSnapshot& request);
  void On(const SavepointExported& exported);
  void OnFinalExported(const SavepointExported& exported);
  /// `checkpoint` is the job's last one.
  void BeginFinishing(CheckpointId checkpoint);
  void ExportFinal();
  void FinishWhenDone();
  void AnswerStops();
  void Answer(TriggerId trigger, Result<SnapshotTaken> outcome);
  void Discard();

  void Enter(JobState state);
  void SetPhase(Phase phase, std::optional<Clock::Duration> deadline = std::nullopt);
  template <typename E>
  void Emit(E effect) {
    effects_.emplace_back(std::in_place_type<E>, std::move(effect));
  }
  /// What the event log has of the time before this coordinator.
  void RememberEvents();
  void Tell(LogLevel level, EventKind kind, std::string text);
  void Send(const Host& host, HostCommand command);
  void SendToAll(const HostCommand& command);
  void KillHosts();
  bool AllHosts(HostPhase at_least) const;
  bool AllGone() const;
  std::string HostsBefore(HostPhase phase) const;

  // Constant during an attempt.
  JobSpec spec_;
  JobGraph graph_;
  const JobMasterOptions options_;
  const Clock& clock_;
  RandomBits random_;

  JobProgress progress_;
  RestartPolicy restart_policy_;
  ExecutionGraph executions_;
  MetricStore metrics_;
  std::optional<WatermarkHolder> told_holder_;  // in the event log
  CheckpointCoordinator checkpoints_;
  std::map<CheckpointId, std::string> unreadable_;

  std::optional<RescaleJob> target_;  // taken by the next attempt
  bool spec_stored_ = true;
  std::optional<RescaleRecord> rescale_;
  std::map<TriggerId, RequestSnapshot> requests_;  // not answered yet
  std::vector<TriggerId> stops_;                   // to be answered when the job ends
  CheckpointId final_checkpoint_;                  // decided; 0: none yet
  bool exporting_final_ = false;
  Status final_export_;  // why the last try failed

  Phase phase_ = Phase::kIdle;
  std::optional<Clock::MonotonicTime> deadline_;  // of the phase; while running, of a rescale
  // The current attempt.
  std::vector<WorkerId> slots_;
  std::map<HostId, Host> hosts_;
  std::optional<RestorePoint> restore_;
  bool restore_foreign_ = false;
  std::set<SubtaskId> exhausted_;
  std::optional<Clock::MonotonicTime> aligned_at_;  // when sources were last told of one another
  bool slots_broken_ = false;  // a worker of slots_ was lost before hosts were started
  bool fatal_ = false;
  bool secondary_cause_ = false;

  bool first_checkpoint_ = true;  // none was completed yet

  EventLog events_;
  std::deque<EndedHost> ended_hosts_;
  JobEffects effects_;
};

}  // namespace penstock
