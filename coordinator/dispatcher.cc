#include "coordinator/dispatcher.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/config/options.h"
#include "common/logging.h"

namespace penstock {
namespace {

template <typename T, typename... Ts>
constexpr bool kOneOf = (std::is_same_v<T, Ts> || ...);

}  // namespace

Dispatcher::Dispatcher(Configuration config, DispatcherParts parts)
    : config_(std::move(config)),
      parts_(std::move(parts)),
      loop_(parts_.clock, "coordinator"),
      io_(parts_.clock, "storage"),
      exports_(parts_.clock, "exports"),
      removals_(parts_.clock, "removals"),
      inspections_(parts_.clock, "inspector") {
  for (auto& planner : planners_) planner = std::make_unique<EventLoop>(parts_.clock, "planner");
}

Status Dispatcher::Start() {
  const std::string directory = config_.Get(options::kCheckpointDirectory);
  PENSTOCK_RETURN_IF_ERROR(parts_.fs.MakeDirectories(directory));
  PENSTOCK_ASSIGN_OR_RETURN(checkpoint_directory_, parts_.fs.RealPath(directory));
  PENSTOCK_ASSIGN_OR_RETURN(const auto stored, parts_.store.List());
  for (const StoredJob& job : stored) PENSTOCK_RETURN_IF_ERROR(AddJob(job));
  for (const JobMaster* job : order_) {
    if (!IsTerminal(job->state())) events_.emplace_back(job->spec().id, StartJob{});
    if (job->progress().discard_checkpoints) discarded_.insert(job->spec().id);
  }
  loop_.Post([this] {
    DrainEvents();
    CheckHeartbeats();
  });
  io_.Start();
  exports_.Start();
  removals_.Start();
  inspections_.Start();
  for (auto& planner : planners_) planner->Start();
  loop_.Start();
  return {};
}

void Dispatcher::Stop() {
  for (auto& planner : planners_) planner->Stop();
  exports_.Stop();
  inspections_.Stop();
  loop_.Stop();
  io_.Stop();
  removals_.Stop();
}

Result<const JobMaster*> Dispatcher::FindJob(JobId job) const {
  const auto found = jobs_.find(job);
  if (found != jobs_.end()) return static_cast<const JobMaster*>(found->second.master.get());
  return Status::NotFound("there is no job " + ToString(job),
                          "'penstock list --all' shows the jobs that there are");
}

MemoryUse Dispatcher::MemoryOn(WorkerId worker) const {
  MemoryUse sum;
  for (const JobMaster* job : order_) sum += job->MemoryOn(worker);
  return sum;
}

void Dispatcher::OnWorkerRegistered(const WorkerRegistration& registration) {
  OnWorkerLost(registration.worker, "it has registered again");
  LogInfo("worker registered", {{"worker", registration.worker},
                                {"address", registration.address},
                                {"slots", registration.slots}});
  Grant(slots_.AddWorker(registration, parts_.clock.Now()));
}

void Dispatcher::OnWorkerLost(WorkerId worker, const std::string& reason) {
  if (!slots_.workers().contains(worker)) return;
  LogWarn("worker lost", {{"worker", worker}, {"reason", reason}});
  auto grants = slots_.RemoveWorker(worker);
  queries_.OnWorkerLost(worker);
  for (const auto& [id, job] : jobs_) events_.emplace_back(id, WorkerGone{worker, reason});
  Grant(std::move(grants));
}

void Dispatcher::OnWorkerEvent(WorkerId worker, const WorkerEvent& event) {
  // A worker that was given up may still talk; its hosts count as gone.
  if (!slots_.workers().contains(worker)) return;
  if (const auto* heartbeat = std::get_if<WorkerHeartbeat>(&event)) {
    return slots_.Heartbeat(worker, *heartbeat, parts_.clock.Now());
  }
  slots_.Heartbeat(worker, parts_.clock.Now());
  if (const auto* answer = std::get_if<QueryAnswer>(&event)) {
    return queries_.OnAnswer(worker, *answer);
  }
  const auto* exited = std::get_if<HostExited>(&event);
  const HostId host = exited != nullptr ? exited->host : std::get<FromHost>(event).host;
  const auto owner = std::find_if(jobs_.begin(), jobs_.end(), [&](const auto& entry) {
    return entry.second.master->HasHost(host);
  });
  if (owner == jobs_.end()) {
    if (exited == nullptr) parts_.gateway.Send(worker, KillHost{host});
    return;
  }
  if (exited != nullptr) return Tell(owner->first, HostEnded{worker, *exited});
  Tell(owner->first, HostMessage{worker, host, std::get<FromHost>(event).event});
}

void Dispatcher::Ask(WorkerId worker, WorkerQuery query, Clock::Duration timeout,
                     Done<std::string> done) {
  if (!slots_.workers().contains(worker)) {
    return done(Status::NotFound("there is no worker " + ToString(worker),
                                 "'penstock workers' shows those that there are"));
  }
  const QueryId id = queries_.Begin(worker, std::move(done));
  parts_.gateway.Send(worker, AskWorker{id, std::move(query)});
  loop_.PostAt(parts_.clock.Now() + timeout, [this, id] { queries_.OnTimeout(id); });
}

void Dispatcher::Inspect(std::function<Result<std::string>()> work, Done<std::string> done) {
  inspections_.Post([this, work = std::move(work), done = std::move(done)] {
    loop_.Post([done, outcome = work()] { done(outcome); });
  });
}

void Dispatcher::CheckHeartbeats() {
  const Clock::Duration timeout = config_.Get(options::kHeartbeatTimeout);
  for (const WorkerId worker : slots_.Silent(parts_.clock.Now(), timeout)) {
    parts_.gateway.Disconnect(worker);
    OnWorkerLost(worker, fmt::format("silent for more than {} ms",
                                     config_.Get(options::kHeartbeatTimeout).count()));
  }
  DeleteDiscarded();
  const auto due = parts_.clock.Now() + config_.Get(options::kHeartbeatInterval) / 2;
  loop_.PostAt(due, [this, due] {
    latency_.Observe(parts_.clock.Now() - due);
    CheckHeartbeats();
  });
}

void Dispatcher::Tell(JobId job, JobEvent event) {
  events_.emplace_back(job, std::move(event));
  DrainEvents();
}

void Dispatcher::DrainEvents() {
  // Effects may bring new events, for other jobs too; they wait until those of this event are done.
  if (draining_) return;
  draining_ = true;
  while (!events_.empty()) {
    const auto [id, event] = std::move(events_.front());
    events_.pop_front();
    Job& job = jobs_.at(id);
    for (const JobEffect& effect : job.master->Step(event)) Run(id, job, effect);
    Arm(id, job);
  }
  draining_ = false;
}

void Dispatcher::Grant(std::vector<SlotGrant> grants) {
  for (SlotGrant& grant : grants) {
    events_.emplace_back(grant.job, SlotsGranted{std::move(grant.slots)});
  }
  DrainEvents();
}

void Dispatcher::Arm(JobId id, Job& job) {
  const auto wake = job.master->NextWake();
  if (!wake || (job.armed && *job.armed <= *wake)) return;
  job.armed = wake;
  loop_.PostAt(*wake, [this, id, time = *wake] {
    Job& due = jobs_.at(id);
    if (due.armed == time) due.armed.reset();
    Tell(id, penstock::Tick{});
  });
}

void Dispatcher::Run(JobId id, Job& job, const JobEffect& effect) {
  std::visit(
      [&](const auto& e) {
        using E = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<E, RequestSlots>) {
          Grant(slots_.Request(id, e.count));
        } else if constexpr (std::is_same_v<E, ReleaseSlots>) {
          Grant(slots_.Release(id));
        } else if constexpr (std::is_same_v<E, SendCommand>) {
          parts_.gateway.Send(e.worker, e.command);
        } else if constexpr (std::is_same_v<E, ExportSavepoint>) {
          Export(id, job, e);
        } else if constexpr (std::is_same_v<E, DropOldCheckpoints>) {
          DropOld(id, job);
        } else if constexpr (std::is_same_v<E, AnswerTrigger>) {
          triggers_.End(e.trigger, e.outcome);
        } else if constexpr (std::is_same_v<E, DiscardCheckpoints>) {
          discarded_.insert(id);
          DeleteDiscarded();
        } else if constexpr (std::is_same_v<E, Note>) {
          Log(e.level, e.text, {{"job", id}, {"generation", job.master->progress().generation}});
        } else {
          RunIo(id, job, effect);
        }
      },
      effect);
}

void Dispatcher::RunIo(JobId id, Job& job, const JobEffect& effect) {
  io_.Post([this, id, storage = job.storage.get(), effect] {
    std::visit(
        [&](const auto& e) {
          using E = std::decay_t<decltype(e)>;
          if constexpr (kOneOf<E, PrepareAttempt, MakeCheckpointDirectory, WriteDecision>) {
            loop_.Post([this, id, event = JobEvent(storage->Run(e))] { Tell(id, event); });
          } else if constexpr (kOneOf<E, DropCheckpoint, SaveProgress>) {
            const Status status = storage->Run(e);
            if (!status.ok()) LogError("storage", {{"job", id}, {"error", status}});
          }
        },
        effect);
  });
}

}  // namespace penstock
