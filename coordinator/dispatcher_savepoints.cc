// The part of Dispatcher about savepoints: taking them, starting from them, deleting them.

#include <algorithm>

#include <fmt/format.h>

#include "checkpoint/savepoint_exporter.h"
#include "common/config/options.h"
#include "common/logging.h"
#include "coordinator/dispatcher.h"
#include "coordinator/restore_fit.h"

namespace penstock {

TriggerId Dispatcher::BeginTrigger(TriggerId wished, JobId job) {
  const TriggerId trigger = wished.is_none() ? TriggerId(parts_.random(), parts_.random()) : wished;
  triggers_.Begin(trigger, job);
  return trigger;
}

Result<std::string> Dispatcher::SavepointDirectory(const JobMaster& job,
                                                   const std::string& wished) const {
  PENSTOCK_ASSIGN_OR_RETURN(const Configuration config, ConfigurationOf(job.spec().configuration));
  const std::string configured = config.Get(options::kSavepointDirectory);
  if (wished.empty() && configured.empty()) return std::string();
  auto path = ParseLocation(wished.empty() ? configured : wished);
  if (wished.empty() && !path.ok()) {
    return path.status().WithContext(std::string(options::kSavepointDirectory.spec.key));
  }
  return path;
}

Result<TriggerId> Dispatcher::TakeSnapshot(JobId job, const SnapshotWish& wish) {
  PENSTOCK_ASSIGN_OR_RETURN(const JobMaster* const master, FindJob(job));
  if (triggers_.Find(wish.trigger, job) != nullptr) return wish.trigger;
  PENSTOCK_RETURN_IF_ERROR(master->CheckSnapshot());
  RequestSnapshot request;
  request.cancel = wish.cancel;
  if (wish.savepoint) {
    PENSTOCK_ASSIGN_OR_RETURN(request.directory, SavepointDirectory(*master, wish.directory));
    if (request.directory.empty()) {
      return Status::InvalidArgument(
          "there is no directory for the savepoint",
          fmt::format("name one: penstock savepoint {} <directory>, or set {}", ToString(job),
                      options::kSavepointDirectory.spec.key));
    }
  }
  request.trigger = BeginTrigger(wish.trigger, job);
  Tell(job, request);
  return request.trigger;
}

void Dispatcher::Export(JobId id, const Job& job, const ExportSavepoint& effect) {
  const std::string source =
      JoinPath(JoinPath(job.master->options().checkpoint_directory, "completed"),
               ToString(effect.checkpoint));
  in_use_.insert(source);
  exports_.Post([this, id, source, effect, name = SavepointName(id, parts_.random())] {
    const auto path = SavepointExporter(parts_.fs).Export(source, effect.directory, name);
    loop_.Post([this, id, source, effect, path] {
      in_use_.erase(in_use_.find(source));
      Tell(id, SavepointExported{effect.trigger, effect.checkpoint, path});
    });
  });
}

void Dispatcher::DropOld(JobId id, const Job& job) {
  io_.Post([id, storage = job.storage.get(), needed = Needed()] {
    const Status status = storage->DropOld(needed);
    if (!status.ok()) LogError("storage", {{"job", id}, {"error", status}});
  });
}

std::set<std::string> Dispatcher::Needed() const {
  std::set<std::string> needed(in_use_.begin(), in_use_.end());
  for (const JobMaster* job : order_) {
    std::string start = job->needed_to_start();
    if (!start.empty()) needed.insert(std::move(start));
  }
  return needed;
}

void Dispatcher::DeleteDiscarded() {
  if (discarded_.empty()) return;
  const std::set<std::string> needed = Needed();
  std::erase_if(discarded_, [&](const JobId job) {
    const std::string inside = JoinPath(checkpoint_directory_, ToString(job)) + "/";
    const auto first = needed.lower_bound(inside);
    if (first != needed.end() && first->starts_with(inside)) return false;
    // By way of the I/O thread, which may still have something of the job to do.
    io_.Post([this, job] {
      removals_.Post([this, job] {
        const Status status = DeleteJobCheckpoints(parts_.fs, checkpoint_directory_, job);
        if (!status.ok()) LogError("checkpoints stay", {{"job", job}, {"error", status}});
      });
    });
    return true;
  });
}

Result<StoredCheckpoint> Dispatcher::ReadStart(const JobSpec& spec) const {
  PENSTOCK_ASSIGN_OR_RETURN(const Configuration config, ConfigurationOf(spec.configuration));
  PENSTOCK_ASSIGN_OR_RETURN(const JobGraph graph, JobGraphFromJson(spec.graph_json));
  PENSTOCK_ASSIGN_OR_RETURN(const RestoreCheckOptions options, RestoreCheckOptionsFrom(config));
  return OpenFitting(parts_.fs, config.Get(options::kRestorePath), graph, options);
}

void Dispatcher::FindStart(StoredJob stored, Submitted answer, IdempotencyKey key,
                           Done<Submitted> done) {
  NextPlanner().Post([this, stored = std::move(stored), answer = std::move(answer),
                      key = std::move(key), done = std::move(done)]() mutable {
    const auto start = ReadStart(stored.spec);
    loop_.Post([this, start, stored = std::move(stored), answer = std::move(answer),
                key = std::move(key), done = std::move(done)]() mutable {
      const Status checked = start.ok() ? CheckStart(stored, *start) : start.status();
      if (!checked.ok()) return done(checked);
      const std::string directory = start->directory;
      stored.spec.configuration[std::string(options::kRestorePath.spec.key)] = directory;
      // From now on nobody deletes it; that it is still there is seen by the job's first attempt.
      in_use_.insert(directory);
      Store(std::move(stored), std::move(answer), std::move(key),
            [this, directory, done](const Result<Submitted>& result) {
              in_use_.erase(in_use_.find(directory));
              done(result);
            });
    });
  });
}

Status Dispatcher::CheckStart(const StoredJob& stored, const StoredCheckpoint& start) const {
  PENSTOCK_ASSIGN_OR_RETURN(const Configuration config, ConfigurationOf(stored.spec.configuration));
  const bool claim = config.Get(options::kClaimMode) == ClaimMode::kClaim;
  if (const JobMaster* owner = LiveOwner(start); claim && owner != nullptr) {
    return Status::User(
        ErrorCode::kConflict,
        fmt::format("{} cannot be claimed: it belongs to job {}, which is {}", start.directory,
                    ToString(owner->spec().id), ToString(owner->state())),
        "start from it without claiming it, or take a savepoint: penstock savepoint " +
            ToString(owner->spec().id));
  }
  if (config.Get(options::kAcceptDuplicates)) return {};
  return CheckDuplicates(stored, start);
}

Status Dispatcher::CheckDuplicates(const StoredJob& stored, const StoredCheckpoint& start) const {
  PENSTOCK_ASSIGN_OR_RETURN(const JobGraph graph, JobGraphFromJson(stored.spec.graph_json));
  if (!graph.transactional()) return {};
  for (const JobMaster* job : order_) {
    const bool origin = job->spec().id == start.manifest.job;
    if (!origin && job->options().start_from != start.directory) continue;
    const CheckpointId newest = job->progress().last_completed;
    const CheckpointId from = origin ? start.manifest.checkpoint : CheckpointId();
    if (IsTerminal(job->state()) && newest <= from) continue;
    return Status::User(
        ErrorCode::kConflict,
        fmt::format("job {} ({}) has gone on after {} (checkpoint {}): what it has committed since "
                    "would be committed again by the job's transactional sinks",
                    ToString(job->spec().id), ToString(job->state()), start.directory,
                    ToString(start.manifest.checkpoint)),
        "stop that job with a savepoint and start from that one, or accept the duplicates with "
        "--accept-duplicates");
  }
  return {};
}

const JobMaster* Dispatcher::LiveOwner(const StoredCheckpoint& checkpoint) const {
  const auto found = jobs_.find(checkpoint.manifest.job);
  if (found == jobs_.end()) return nullptr;
  const JobMaster& job = *found->second.master;
  const bool inside = checkpoint.directory.starts_with(job.options().checkpoint_directory + "/");
  return inside && !IsTerminal(job.state()) ? &job : nullptr;
}

Result<TriggerId> Dispatcher::DisposeSavepoint(const std::string& location, TriggerId trigger) {
  if (triggers_.Find(trigger, JobId()) != nullptr) return trigger;
  PENSTOCK_RETURN_IF_ERROR(ParseLocation(location).status());
  trigger = BeginTrigger(trigger, JobId());
  removals_.Post([this, trigger, location] {
    const auto savepoint = ReadStoredCheckpoint(parts_.fs, location);
    loop_.Post([this, trigger, savepoint] { Dispose(trigger, savepoint); });
  });
  return trigger;
}

void Dispatcher::Dispose(TriggerId trigger, const Result<StoredCheckpoint>& savepoint) {
  const Status allowed = savepoint.ok() ? CheckDisposal(*savepoint) : savepoint.status();
  if (!allowed.ok()) return triggers_.End(trigger, allowed);
  removals_.Post([this, trigger, savepoint = *savepoint] {
    const Status deleted = DeleteStoredCheckpoint(parts_.fs, savepoint);
    LogInfo("savepoint disposed", {{"path", savepoint.directory}, {"error", deleted}});
    loop_.Post([this, trigger, deleted, savepoint] {
      const SnapshotTaken taken{savepoint.manifest.checkpoint, savepoint.directory};
      triggers_.End(trigger, deleted.ok() ? TriggerLog::Outcome(taken) : deleted);
    });
  });
}

Status Dispatcher::CheckDisposal(const StoredCheckpoint& savepoint) const {
  const std::string& directory = savepoint.directory;
  if (const JobMaster* owner = LiveOwner(savepoint); owner != nullptr) {
    return Status::User(ErrorCode::kConflict,
                        fmt::format("{} is a checkpoint of job {}, which is {}", directory,
                                    ToString(owner->spec().id), ToString(owner->state())),
                        "it is deleted when newer ones have replaced it");
  }
  for (const JobMaster* job : order_) {
    if (job->needed_to_start() != directory) continue;
    return Status::User(ErrorCode::kConflict,
                        fmt::format("job {} still needs {}: it has no checkpoint of its own yet",
                                    ToString(job->spec().id), directory),
                        "wait for its first: penstock checkpoints " + ToString(job->spec().id));
  }
  if (!in_use_.contains(directory)) return {};
  return Status::User(ErrorCode::kConflict, directory + " is being used", "try again");
}

}  // namespace penstock
