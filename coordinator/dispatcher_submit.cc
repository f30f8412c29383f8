// The part of Dispatcher that takes jobs in and carries out wishes about them.

#include <algorithm>

#include <fmt/format.h>

#include "common/bytes.h"
#include "common/checksum.h"
#include "common/config/options.h"
#include "common/memory_shares.h"
#include "coordinator/dispatcher.h"
#include "coordinator/restore_fit.h"
#include "graph/exchange_memory.h"

namespace penstock {
namespace {

/// Whoever uploaded a plugin knows it by its name, not by its place in the store.
Status NamedAsUploaded(const Status& status, const std::string& path, const std::string& name) {
  std::string message = status.message();
  if (const std::size_t at = message.find(path); at != std::string::npos) {
    message.replace(at, path.size(), name);
  }
  return Status::Error(status.domain(), status.code(), std::move(message), status.hint());
}

void Append(const std::map<std::string, std::string>& map, ByteWriter& out) {
  out.Fixed(static_cast<std::uint32_t>(map.size()));
  for (const auto& [key, value] : map) {
    out.String(key);
    out.String(value);
  }
}

/// Two submissions with the same fingerprint ask for the same.
IdempotencyKey KeyOf(const Submission& submission) {
  std::string bytes;
  ByteWriter out(bytes);
  out.String(submission.plugin_hash);
  out.String(submission.name);
  out.String(submission.working_directory);
  Append(submission.arguments, out);
  Append(submission.configuration, out);
  return {submission.idempotency_key, fmt::format("{:016x}", Checksum(bytes))};
}

}  // namespace

Result<Configuration> Dispatcher::ConfigurationOf(
    const std::map<std::string, std::string>& values) const {
  Configuration config = config_;
  for (const auto& [key, value] : values) PENSTOCK_RETURN_IF_ERROR(config.Set(key, value));
  PENSTOCK_RETURN_IF_ERROR(config.CheckTogether());
  return config;
}

Status Dispatcher::AddJob(const StoredJob& stored) {
  const JobId id = stored.spec.id;
  auto graph = JobGraphFromJson(stored.spec.graph_json);
  if (!graph.ok()) return graph.status().WithContext("job " + ToString(id));
  auto config = ConfigurationOf(stored.spec.configuration);
  if (!config.ok()) return config.status().WithContext("job " + ToString(id));

  Job job;
  job.storage = std::make_unique<JobStorage>(
      parts_.fs, parts_.store, id,
      JobStorage::Options{
          .checkpoint_directory = checkpoint_directory_,
          .retained = static_cast<std::size_t>(config->Get(options::kCheckpointsRetained)),
          .transactional = graph->transactional(),
          .start_from = config->Get(options::kRestorePath),
          .claim = config->Get(options::kClaimMode) == ClaimMode::kClaim});
  JobMasterOptions master;
  master.checkpoints = CheckpointOptionsFrom(*config);
  master.restart = RestartOptionsFrom(*config);
  master.checkpoint_directory = job.storage->job_directory();
  master.start_from = config->Get(options::kRestorePath);
  master.retention = config->Get(options::kCheckpointRetention);
  job.master = std::make_unique<JobMaster>(stored.spec, std::move(*graph), std::move(master),
                                           stored.progress, parts_.clock, parts_.random);
  order_.push_back(job.master.get());
  jobs_.emplace(id, std::move(job));
  return {};
}

void Dispatcher::MakePlan(Submission submission, Done<Plan> done) {
  auto config = ConfigurationOf(submission.configuration);
  if (!config.ok()) return done(config.status());
  const auto plugin = parts_.plugins.Find(submission.plugin_hash);
  if (!plugin.ok()) return done(plugin.status());
  PlanRequest request{.plugin_path = parts_.plugins.PathOf(submission.plugin_hash),
                      .name = std::move(submission.name),
                      .arguments = std::move(submission.arguments),
                      .working_directory = std::move(submission.working_directory),
                      .configuration = config->Explicit(),
                      .settled = submission.settled};
  NextPlanner().Post(
      [this, request = std::move(request), name = plugin->name, done = std::move(done)] {
        Result<Plan> plan = parts_.planner(request);
        if (!plan.ok()) plan = NamedAsUploaded(plan.status(), request.plugin_path, name);
        loop_.Post([done, plan = std::move(plan)] { done(plan); });
      });
}

void Dispatcher::Validate(Submission submission, std::string location, Done<RestoreReport> done) {
  const auto config = ConfigurationOf(submission.configuration);
  if (!config.ok()) return done(config.status());
  auto options = RestoreCheckOptionsFrom(*config);
  if (!options.ok()) return done(options.status());
  MakePlan(std::move(submission),
           [this, location = std::move(location), options = std::move(*options),
            done = std::move(done)](const Result<Plan>& plan) {
             if (!plan.ok()) return done(plan.status());
             NextPlanner().Post([this, graph = plan->graph, location, options, done] {
               auto report = CheckAgainst(parts_.fs, location, graph, options);
               loop_.Post([done, report = std::move(report)] { done(report); });
             });
           });
}

void Dispatcher::Submit(Submission submission, Done<Submitted> done) {
  const auto known = parts_.store.FindKey(KeyOf(submission));
  if (!known.ok()) return done(known.status());
  if (const auto job = jobs_.find(*known); job != jobs_.end()) {
    return done(Submitted{*known, job->second.master->graph().guarantee, {}});
  }
  MakePlan(submission, [this, submission, done = std::move(done)](const Result<Plan>& plan) {
    StoreAndStart(submission, plan, done);
  });
}

Result<StoredJob> Dispatcher::Describe(const Submission& submission, const Plan& plan) {
  PENSTOCK_RETURN_IF_ERROR(CheckMemory(plan.graph));
  PENSTOCK_ASSIGN_OR_RETURN(Configuration config, ConfigurationOf(submission.configuration));
  for (const auto& [key, value] : plan.options) {
    PENSTOCK_RETURN_IF_ERROR(config.Set(key, value));
  }
  StoredJob stored;
  stored.spec.id = JobId(parts_.random(), parts_.random());
  stored.spec.name = submission.name.empty() ? plan.graph.name : submission.name;
  stored.spec.plugin_hash = submission.plugin_hash;
  stored.spec.arguments = submission.arguments;
  stored.spec.working_directory = submission.working_directory;
  stored.spec.configuration = config.Explicit();
  stored.spec.graph_json = JobGraphToJson(plan.graph);
  stored.progress.submitted_millis = ToMillis(parts_.clock.Wall());
  stored.progress.entered[static_cast<std::size_t>(JobState::kInitializing)] =
      stored.progress.submitted_millis;
  return stored;
}

void Dispatcher::StoreAndStart(const Submission& submission, const Result<Plan>& plan,
                               Done<Submitted> done) {
  if (!plan.ok()) return done(plan.status());
  auto stored = Describe(submission, *plan);
  if (!stored.ok()) return done(stored.status());
  Submitted answer{stored->spec.id, plan->graph.guarantee, plan->warnings};
  IdempotencyKey key = KeyOf(submission);
  const auto start = stored->spec.configuration.find(std::string(options::kRestorePath.spec.key));
  if (start != stored->spec.configuration.end() && !start->second.empty()) {
    return FindStart(std::move(*stored), std::move(answer), std::move(key), std::move(done));
  }
  Store(std::move(*stored), std::move(answer), std::move(key), std::move(done));
}

void Dispatcher::Store(StoredJob stored, Submitted answer, IdempotencyKey key,
                       Done<Submitted> done) {
  io_.Post([this, answer = std::move(answer), stored = std::move(stored), key = std::move(key),
            done = std::move(done)]() mutable {
    const auto added = parts_.store.Add(stored, key);
    loop_.Post([this, answer, added, stored = std::move(stored), done]() mutable {
      if (!added.ok()) return done(added.status());
      // The key was taken while this one was planned.
      const bool fresh = *added == answer.job;
      answer.job = *added;
      if (fresh) {
        if (Status status = AddJob(stored); !status.ok()) return done(status);
        Tell(answer.job, StartJob{});
      }
      done(answer);
    });
  });
}

Status Dispatcher::CheckMemory(const JobGraph& graph) const {
  std::uint64_t slot = config_.Get(options::kWorkerMemory).bytes /
                       static_cast<std::uint64_t>(config_.Get(options::kTaskSlots));
  if (!slots_.workers().empty()) slot = UINT64_MAX;
  for (const auto& [id, worker] : slots_.workers()) {
    const WorkerRegistration& has = worker.registration;
    slot = std::min(slot, has.memory_bytes / std::max<std::uint64_t>(has.slots, 1));
  }
  const PhysicalPlan plan = ExpandGraph(graph);
  for (const std::vector<SubtaskId>& subtasks : SubtasksOfFullestSlots(graph)) {
    PENSTOCK_RETURN_IF_ERROR(CheckExchangeMemory(ComputeExchangeMemory(plan, subtasks),
                                                 MemoryShares{slot}.exchange(), plan, &graph));
  }
  return Status::Ok();
}

void Dispatcher::StorePlugin(std::string name, std::string content, Done<PluginEntry> done) {
  io_.Post([this, name = std::move(name), content = std::move(content), done = std::move(done)] {
    loop_.Post([done, entry = parts_.plugins.Add(name, content)] { done(entry); });
  });
}

Status Dispatcher::RemovePlugin(const std::string& id) {
  PENSTOCK_ASSIGN_OR_RETURN(const PluginEntry entry, parts_.plugins.Find(id));
  for (const auto& [job_id, job] : jobs_) {
    if (IsTerminal(job.master->state()) || job.master->spec().plugin_hash != entry.hash) continue;
    return Status::User(ErrorCode::kConflict,
                        "plugin " + entry.id() + " is used by job " + ToString(job_id),
                        "cancel the job first: penstock cancel " + ToString(job_id));
  }
  return parts_.plugins.Remove(entry.hash);
}

void Dispatcher::Cancel(JobId job, Done<JobId> done) {
  const auto found = FindJob(job);
  const Status allowed = found.ok() ? (*found)->CheckCancel() : found.status();
  if (!allowed.ok()) return done(allowed);
  Wish(job, CancelJob{}, job, std::move(done));
}

void Dispatcher::StopJobGracefully(JobId job, StopWish wish, Done<TriggerId> done) {
  const auto found = FindJob(job);
  if (!found.ok()) return done(found.status());
  StopJob stop{wish.trigger, "", wish.drain};
  auto directory = SavepointDirectory(**found, wish.directory);
  if (!directory.ok()) return done(directory.status());
  stop.directory = std::move(*directory);
  if (Status allowed = (*found)->CheckStop(stop); !allowed.ok()) return done(allowed);
  if (triggers_.Find(wish.trigger, job) != nullptr) return done(wish.trigger);
  stop.trigger = BeginTrigger(wish.trigger, job);
  Wish(job, stop, stop.trigger, std::move(done));
}

template <typename T>
void Dispatcher::Wish(JobId job, const JobEvent& event, T answer, Done<T> done) {
  Tell(job, event);
  // Behind the effect that stores the wish.
  io_.Post([this, answer, storage = jobs_.at(job).storage.get(), done = std::move(done)] {
    const Status saved = storage->last_save().WithContext(
        "done, but forgotten if the coordinator restarts before the job has ended");
    loop_.Post([answer, done, saved] { done(saved.ok() ? Result<T>(answer) : saved); });
  });
}

}  // namespace penstock
