#include "worker/host/host_session.h"

#include <chrono>
#include <utility>
#include <variant>

#include "common/logging.h"

namespace penstock {
namespace {

constexpr auto kTick = std::chrono::seconds(1);

}  // namespace

HostSession::HostSession(HostSetup setup, MessagePipe& pipe, HostInbox& inbox, FileSystem& fs,
                         const Clock& clock, RecordTaps& taps)
    : setup_(std::move(setup)),
      memory_{setup_.memory_bytes},
      pipe_(pipe),
      inbox_(inbox),
      fs_(fs),
      clock_(clock),
      taps_(taps) {}

HostSession::~HostSession() = default;

int HostSession::Run() {
  if (const Status prepared = Prepare(); !prepared.ok()) {
    Fail({prepared, {}, ""});
    return *exit_code_;
  }
  Clock::MonotonicTime next_tick = clock_.Now() + kTick;
  while (!exit_code_) {
    if (const std::optional<HostMail> mail = inbox_.Take(next_tick)) {
      std::visit([this](const auto& m) { Handle(m); }, *mail);
    }
    if (exit_code_ || clock_.Now() < next_tick) continue;
    next_tick = clock_.Now() + kTick;
    Tick();
  }
  return *exit_code_;
}

Status HostSession::Prepare() {
  PENSTOCK_ASSIGN_OR_RETURN(job_, RebuildJob(fs_, setup_));
  ExchangeOptions options;
  options.job = setup_.job.id;
  options.generation = setup_.generation;
  options.host = setup_.host;
  options.bind_address = setup_.bind_address;
  options.cluster_secret = setup_.cluster_secret;
  options.memory_bytes = memory_.exchange();
  exchange_ = NewExchange(std::move(options));
  const std::uint64_t fixed = job_.state_bytes_per_slot * setup_.slots;
  state_memory_ = std::make_unique<StateMemory>(fixed != 0 ? fixed : memory_.state());
  PENSTOCK_ASSIGN_OR_RETURN(std::string endpoint, exchange_->Bind());
  Send(HostReady{std::move(endpoint)});
  return Status::Ok();
}

void HostSession::Handle(const HostCommand& command) {
  std::visit([this](const auto& c) { Obey(c); }, command);
}

void HostSession::Obey(const DeployTasks& deploy) {
  if (tasks_ != nullptr) return Fail({Status::Internal("tasks are deployed already"), {}, ""});
  tasks_ = std::make_unique<TaskSet>(
      TaskSurroundings{setup_.job.id, setup_.generation, setup_.host, fs_, clock_, job_, *exchange_,
                       *this, setup_.state_directory, *state_memory_, taps_});
  const Status deployed = tasks_->Deploy(
      deploy, [this](Status error) { inbox_.Post(ExchangeFailed{std::move(error)}); });
  if (!deployed.ok()) Fail({deployed, {}, ""});
}

void HostSession::Obey(const TriggerCheckpoint& trigger) {
  // The final checkpoint is taken again, and its barriers would not arrive.
  if (!lost_connection_.ok()) return Fail({lost_connection_, {}, ""});
  if (tasks_ != nullptr) tasks_->Post(trigger);
}

void HostSession::Obey(const CancelTasks&) {
  exchange_->Cancel();
  if (tasks_ != nullptr) {
    tasks_->Cancel();
    tasks_->Stop();
  }
  exchange_->Stop();
  exit_code_ = 0;
}

void HostSession::Handle(const HostEvent& event) {
  if (const auto* failed = std::get_if<HostFailed>(&event)) return Fail(*failed);
  Send(event);
}

void HostSession::Handle(const TaskDeployed&) {
  if (++deployed_ == tasks_->tasks().size()) Send(HostDeployed{});
}

void HostSession::Handle(const TaskFinished&) {
  if (++finished_ == tasks_->tasks().size()) Finish();
}

void HostSession::Handle(const ExchangeFailed& failed) {
  // The other hosts end as soon as they have committed; no record is missed any more.
  if (tasks_->PassedFinalBarrier()) {
    lost_connection_ = failed.error;
  } else {
    Fail({failed.error, {}, ""});
  }
}

void HostSession::Finish() {
  tasks_->Stop();
  exchange_->Stop();
  Send(HostFinished{});
  exit_code_ = 0;
}

void HostSession::Fail(HostFailed failed) {
  if (exit_code_) return;
  LogError("attempt failed", {{"job", setup_.job.id},
                              {"generation", setup_.generation},
                              {"vertex", failed.subtask.vertex},
                              {"subtask", failed.subtask.index},
                              {"error", failed.error}});
  Send(std::move(failed));
  exit_code_ = 1;
}

void HostSession::Tick() {
  if (tasks_ == nullptr) return;
  HostMetrics metrics;
  metrics.state_bytes = tasks_->StateBytes();
  for (const std::unique_ptr<Task>& task : tasks_->tasks())
    metrics.tasks.push_back(task->Metrics());
  metrics.memory = UsedMemory();
  const MemoryUse used = metrics.memory;
  Send(std::move(metrics));
  WatchTasks();
  for (const Status& within :
       {CheckStateMemory(memory_, used), CheckResidentMemory(memory_, used)}) {
    if (!within.ok()) return Fail({within, {}, ""});
  }
}

MemoryUse HostSession::UsedMemory() const {
  MemoryUse use;
  use.exchange = exchange_->queued_bytes();
  use.exchange_capacity = exchange_->capacity_bytes();
  use.tables = tasks_->StateBytes();
  use.cache = state_memory_->CacheUse();
  use.resident = ResidentBytes();
  return use;
}

void HostSession::WatchTasks() {
  for (const std::unique_ptr<Task>& task : tasks_->tasks()) {
    const Task::Progress progress = task->progress();
    const auto stalled = stalls_.Observe(task->id(), progress, clock_.Now());
    if (!stalled) continue;
    LogWarn("task is stalled in one call", {{"job", setup_.job.id},
                                            {"generation", setup_.generation},
                                            {"vertex", task->id().vertex},
                                            {"subtask", task->id().index},
                                            {"operator", progress.operator_name},
                                            {"seconds", stalled->count()}});
  }
}

void HostSession::Send(const HostEvent& event) {
  // A worker that is gone ends the process, on the thread that reads from it.
  const Status written = pipe_.Write(EncodeHostEvent(event));
  if (!written.ok()) LogDebug("worker can't be reached", {{"error", written}});
}

}  // namespace penstock
