#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checkpoint/restore_check.h"
#include "checkpoint/stored_checkpoint.h"
#include "common/clock.h"
#include "common/config/configuration.h"
#include "common/file_system.h"
#include "coordinator/event_loop.h"
#include "coordinator/job_master.h"
#include "coordinator/job_storage.h"
#include "coordinator/job_store.h"
#include "coordinator/metrics/loop_latency.h"
#include "coordinator/pending_queries.h"
#include "coordinator/plugin_store.h"
#include "coordinator/slot_pool.h"
#include "coordinator/trigger_log.h"
#include "graph/planner_client.h"

namespace penstock {

/// The way to the workers. Thread-safe, never blocks.
class WorkerGateway {
 public:
  virtual ~WorkerGateway() = default;
  virtual void Send(WorkerId worker, WorkerCommand command) = 0;
  virtual void Disconnect(WorkerId worker) = 0;
};

struct Submission {
  std::string plugin_hash;
  std::map<std::string, std::string> arguments;
  std::string working_directory;
  std::string name;                                  ///< Empty: the job's own.
  std::map<std::string, std::string> configuration;  ///< Over the cluster's.
  bool settled = false;                              ///< As in PlanRequest.
  std::string idempotency_key;                       ///< Empty: none; see JobStore::FindKey.
};

struct Submitted {
  JobId job;
  std::string guarantee;
  std::vector<std::string> warnings;
};

/// A user wants a checkpoint or a savepoint of a running job.
struct SnapshotWish {
  TriggerId trigger;  ///< The client's own, so that it may ask again; none: a new one.
  bool savepoint = false;
  std::string directory;  ///< Of savepoints, path or URI; empty: the configured one.
  bool cancel = false;    ///< Cancel the job once the savepoint is there.
};

/// A user wants a job to end in order.
struct StopWish {
  TriggerId trigger;      ///< As in SnapshotWish.
  std::string directory;  ///< Path or URI; empty: the configured one, and without one no savepoint.
  bool drain = false;
};

/// Runs a job function and returns its graph; blocks.
using Planner = std::function<Result<Plan>(const PlanRequest&)>;

/// What a dispatcher works with; all outlive it.
struct DispatcherParts {
  FileSystem& fs;
  const Clock& clock;
  JobStore& store;
  PluginStore& plugins;
  WorkerGateway& gateway;
  Planner planner;
  RandomBits random;  ///< Coordinator thread only.
};

/// Accepts jobs and drives their JobMasters, all on one thread, "the coordinator thread". What
/// touches a disk runs on a second one, in order; what may take long, such as plans, validations
/// and copies, on others. Methods are for the coordinator thread unless they say otherwise; Post()
/// leads there.
class Dispatcher {
 public:
  template <typename T>
  using Done = std::function<void(Result<T>)>;  ///< Called on the coordinator thread.

  Dispatcher(Configuration config, DispatcherParts parts);

  /// Takes up the jobs of the job store and starts the threads. Call once.
  Status Start();
  /// Ends the threads; jobs that have not ended stay as they are in the job store. Any other
  /// thread.
  void Stop();
  /// Any thread.
  void Post(EventLoop::Task task) { loop_.Post(std::move(task)); }
  /// Any thread. Dropped when it stops before.
  void PostAfter(Clock::Duration time, EventLoop::Task task) {
    loop_.PostAt(parts_.clock.Now() + time, std::move(task));
  }

  void OnWorkerRegistered(const WorkerRegistration& registration);
  void OnWorkerEvent(WorkerId worker, const WorkerEvent& event);
  /// Also for workers that are unknown or lost already.
  void OnWorkerLost(WorkerId worker, const std::string& reason);

  /// Plans, checks, stores and starts a job. OK: it exists, whatever crashes.
  void Submit(Submission submission, Done<Submitted> done);
  void MakePlan(Submission submission, Done<Plan> done);
  /// Plans the job and compares it with the savepoint or checkpoint at `location`, all of which is
  /// read; submits nothing.
  void Validate(Submission submission, std::string location, Done<RestoreReport> done);
  void StorePlugin(std::string name, std::string content, Done<PluginEntry> done);
  /// Refused while a job that has not ended needs it.
  Status RemovePlugin(const std::string& id);
  /// `done` comes when the wish is durable.
  void Cancel(JobId job, Done<JobId> done);
  void StopJobGracefully(JobId job, StopWish wish, Done<TriggerId> done);
  /// Begun; what becomes of it is in triggers().
  Result<TriggerId> TakeSnapshot(JobId job, const SnapshotWish& wish);
  /// Deletes a savepoint, or a checkpoint of a job that has ended. As TakeSnapshot.
  Result<TriggerId> DisposeSavepoint(const std::string& location, TriggerId trigger);
  /// Plans the job again with `parallelism` as its default and has it go on with that from a
  /// checkpoint; how it goes is JobMaster::rescale(). `done` comes when it is begun, or with why it
  /// cannot be.
  void Rescale(JobId job, std::uint32_t parallelism, Done<JobId> done);

  /// Asks a worker, or one of its task hosts. `done` gets the answer's text (wire/query.h), or why
  /// there is none: NotFound without such a worker or task host, kUnavailable when it ends before
  /// it answers, kTimeout when it does not answer for `timeout`.
  void Ask(WorkerId worker, WorkerQuery query, Clock::Duration timeout, Done<std::string> done);
  /// Runs `work` on a thread for what people look at in this process; it may wait for a disk, but
  /// not for long, and touches nothing of the dispatcher.
  void Inspect(std::function<Result<std::string>()> work, Done<std::string> done);

  /// NotFound when there is no such job.
  Result<const JobMaster*> FindJob(JobId job) const;
  /// In order of submission.
  const std::vector<const JobMaster*>& jobs() const { return order_; }
  const SlotPool& slots() const { return slots_; }
  /// What the task hosts of a worker use, all together.
  MemoryUse MemoryOn(WorkerId worker) const;
  const PluginStore& plugins() const { return parts_.plugins; }
  const TriggerLog& triggers() const { return triggers_; }
  const Configuration& config() const { return config_; }
  const Clock& clock() const { return parts_.clock; }
  const LoopLatency& latency() const { return latency_; }

 private:
  struct Job {
    std::unique_ptr<JobMaster> master;
    std::unique_ptr<JobStorage> storage;  // I/O thread only
    std::optional<Clock::MonotonicTime> armed;
  };

  /// One of the threads for what takes long, in turn.
  EventLoop& NextPlanner() { return *planners_[next_planner_++ % planners_.size()]; }
  Result<Configuration> ConfigurationOf(const std::map<std::string, std::string>& values) const;
  Status AddJob(const StoredJob& stored);
  Result<StoredJob> Describe(const Submission& submission, const Plan& plan);
  Status CheckMemory(const JobGraph& graph) const;
  void StoreAndStart(const Submission& submission, const Result<Plan>& plan, Done<Submitted> done);
  Result<JobId> BeginRescale(JobId job, const Submission& submission, const Result<Plan>& plan);
  Status CheckSlots(const JobMaster& job, const JobGraph& graph) const;
  void Store(StoredJob stored, Submitted answer, IdempotencyKey key, Done<Submitted> done);
  template <typename T>
  void Wish(JobId job, const JobEvent& event, T answer, Done<T> done);

  // dispatcher_savepoints.cc
  /// What a job is to start from, if it fits. Any thread.
  Result<StoredCheckpoint> ReadStart(const JobSpec& spec) const;
  /// Reads what the job is to start from, checks it and puts its real path into `stored`.
  void FindStart(StoredJob stored, Submitted answer, IdempotencyKey key, Done<Submitted> done);
  Status CheckStart(const StoredJob& stored, const StoredCheckpoint& start) const;
  Status CheckDuplicates(const StoredJob& stored, const StoredCheckpoint& start) const;
  /// A job that runs and may delete that checkpoint at any time, as its own; null: none.
  const JobMaster* LiveOwner(const StoredCheckpoint& checkpoint) const;
  /// As an absolute path; empty when none is wished nor configured.
  Result<std::string> SavepointDirectory(const JobMaster& job, const std::string& wished) const;
  TriggerId BeginTrigger(TriggerId wished, JobId job);
  Status CheckDisposal(const StoredCheckpoint& savepoint) const;
  void Dispose(TriggerId trigger, const Result<StoredCheckpoint>& savepoint);
  /// Directories of checkpoints that must not be deleted now.
  std::set<std::string> Needed() const;
  void Export(JobId id, const Job& job, const ExportSavepoint& effect);
  void DropOld(JobId id, const Job& job);
  /// Deletes the checkpoints of ended jobs, as soon as nobody needs them.
  void DeleteDiscarded();

  void Tell(JobId job, JobEvent event);
  void DrainEvents();
  void Run(JobId id, Job& job, const JobEffect& effect);
  void RunIo(JobId id, Job& job, const JobEffect& effect);
  void Grant(std::vector<SlotGrant> grants);
  void Arm(JobId id, Job& job);
  void CheckHeartbeats();

  const Configuration config_;
  DispatcherParts parts_;
  EventLoop loop_;
  EventLoop io_;
  EventLoop exports_;   // copies savepoints
  EventLoop removals_;  // deletes savepoints and the checkpoints of ended jobs
  EventLoop inspections_;
  std::array<std::unique_ptr<EventLoop>, 4> planners_;
  std::size_t next_planner_ = 0;

  std::map<JobId, Job> jobs_;
  std::vector<const JobMaster*> order_;
  SlotPool slots_;
  LoopLatency latency_;  // of loop_
  std::deque<std::pair<JobId, JobEvent>> events_;
  bool draining_ = false;

  std::string checkpoint_directory_;  // constant after Start()
  TriggerLog triggers_;
  PendingQueries queries_;
  std::multiset<std::string> in_use_;  // by exports and submissions
  std::set<JobId> discarded_;          // their checkpoints are still there
};

}  // namespace penstock
