#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/restore_check.h"
#include "common/clock.h"
#include "common/config/configuration.h"
#include "common/file_system.h"
#include "coordinator/event_loop.h"
#include "coordinator/job_master.h"
#include "coordinator/job_storage.h"
#include "coordinator/job_store.h"
#include "coordinator/plugin_store.h"
#include "coordinator/slot_pool.h"
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
  std::string idempotency_key;                       ///< Empty: none.
};

struct Submitted {
  JobId job;
  std::string guarantee;
  std::vector<std::string> warnings;
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
/// touches a disk runs on a second one, in order; plans are made, and checkpoints validated, on
/// others. Methods are for the
/// coordinator thread unless they say otherwise; Post() leads there.
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
  void StopJobGracefully(JobId job, Done<JobId> done);

  /// NotFound when there is no such job.
  Result<const JobMaster*> FindJob(JobId job) const;
  /// In order of submission.
  const std::vector<const JobMaster*>& jobs() const { return order_; }
  const SlotPool& slots() const { return slots_; }
  const PluginStore& plugins() const { return parts_.plugins; }
  const Configuration& config() const { return config_; }
  const Clock& clock() const { return parts_.clock; }

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
  void Wish(JobId job, const JobEvent& event, Done<JobId> done);

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
  std::array<std::unique_ptr<EventLoop>, 4> planners_;
  std::size_t next_planner_ = 0;

  std::map<JobId, Job> jobs_;
  std::vector<const JobMaster*> order_;
  SlotPool slots_;
  std::deque<std::pair<JobId, JobEvent>> events_;
  bool draining_ = false;
};

}  // namespace penstock
