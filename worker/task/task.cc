#include "worker/task/task.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "common/stacks/named_thread.h"

namespace penstock {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::uint32_t kStepsPerMeasure = 16;
// The wall clock may be set at any time, so it is looked at again after that long.
constexpr milliseconds kLongestTimerWait{1000};

std::optional<Clock::MonotonicTime> Earlier(std::optional<Clock::MonotonicTime> a,
                                            std::optional<Clock::MonotonicTime> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

std::uint64_t Micros(std::int64_t nanos) {
  return nanos <= 0 ? 0 : static_cast<std::uint64_t>(nanos / 1000);
}

std::int64_t Nanos(Clock::MonotonicTime time) { return time.time_since_epoch().count(); }

std::uint64_t ToMillis(nanoseconds time) {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, duration_cast<milliseconds>(time).count()));
}

TaskIdentity WithWaker(TaskIdentity identity, TaskWaker& waker) {
  identity.waker = &waker;
  return identity;
}

}  // namespace

Task::Task(TaskParts parts, Executor& snapshots, TaskListener& listener)
    : identity_(WithWaker(parts.identity, waker_)),
      vertex_(parts.vertex),
      specs_(parts.specs),
      buffer_timeout_(parts.buffer_timeout),
      input_channels_(parts.input_channels.size()),
      restore_(std::move(parts.restore)),
      listener_(listener),
      started_(identity_.clock.Now()),
      signal_(std::move(parts.signal)),
      mailbox_(*signal_),
      state_(identity_),
      chain_(identity_, vertex_, std::move(parts.edges)),
      snapshots_(identity_,
                 {std::move(parts.pending_directory), std::move(parts.completed_directory)}, state_,
                 snapshots, mailbox_, listener_),
      watermark_(Timestamp::Min().millis),
      output_watermark_(Timestamp::Min().millis),
      furthest_(Timestamp::Min().millis),
      group_watermark_(Timestamp::Max().millis) {
  if (parts.input == nullptr) return;
  input_ = std::make_unique<TaskInput>(std::move(parts.input), parts.input_channels, chain_,
                                       identity_.clock, *this, parts.checkpoint_mode,
                                       identity_.counting);
}

Task::~Task() { assert(!thread_.joinable()); }

void Task::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Task::Join() {
  if (thread_.joinable()) thread_.join();
}

void Task::Cancel() {
  cancelled_.store(true, std::memory_order_release);
  signal_->Notify();
}

void Task::Run() {
  const NamedThread name(
      fmt::format("{} ({}/{})", vertex_.name, id().index + 1, identity_.parallelism), id());
  Status status = Prepare();
  if (status.ok() && !finished_) {
    listener_.OnDeployed(id());
    status = Loop();
  }
  ReportEnd(status);
}

void Task::ReportEnd(const Status& status) {
  if (cancelled_.load(std::memory_order_acquire)) return;
  if (status.ok()) {
    listener_.OnFinished(id());
    return;
  }
  HostFailed failed{status, id(), vertex_.name};
  if (chain_.boundary().failed()) failed.operator_name = chain_.boundary().failed_operator();
  listener_.OnFailed(std::move(failed));
}

Status Task::Prepare() {
  PENSTOCK_RETURN_IF_ERROR(chain_.Open(specs_));
  PENSTOCK_RETURN_IF_ERROR(state_.Open(chain_.tables(), restore_));
  if (restore_ != nullptr) PENSTOCK_RETURN_IF_ERROR(Restore());
  PublishWatermark();
  if (restore_ == nullptr || !restore_->final()) return Status::Ok();
  finished_ = true;
  return chain_.Close();
}

Status Task::Restore() {
  PENSTOCK_RETURN_IF_ERROR(chain_.Restore(*restore_));
  if (input_ != nullptr) {
    input_->RestoreWatermarks(restore_->InputWatermarks(id(), vertex_, input_channels_));
  }
  return Status::Ok();
}

Status Task::Loop() {
  while (!finished_) {
    if (cancelled_.load(std::memory_order_acquire)) return Status::Cancelled();
    PENSTOCK_RETURN_IF_ERROR(HandleMail());
    if (finished_) break;
    PENSTOCK_RETURN_IF_ERROR(Step());
  }
  return Status::Ok();
}

Status Task::Step() {
  steps_.store(steps_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  FlushInTime(identity_.clock.Now());
  std::optional<Clock::MonotonicTime> wake;
  bool worked = false;
  if (running_) {
    if (!HasRoom()) {
      const auto pause = std::max<nanoseconds>(buffer_timeout_, milliseconds(1));
      Wait(last_flush_ + pause, WaitReason::kCredit);
      return Status::Ok();
    }
    PENSTOCK_RETURN_IF_ERROR(FireDueTimers());
    PENSTOCK_RETURN_IF_ERROR(input_ != nullptr ? input_->Step(worked) : StepSource(worked, wake));
  }
  PENSTOCK_RETURN_IF_ERROR(Keep(worked));
  // What a flush waits for may have swallowed a notification, so look again before waiting.
  if (std::exchange(waited_inside_, false) || worked ||
      chain_.Flush(PartitionOutput::FlushScope::kWithRoom))
    return Status::Ok();
  Wait(Earlier(wake, NextTimer()), WaitReason::kInput);
  return Status::Ok();
}

bool Task::HasRoom() const {
  return chain_.HasRoom() && !(state_.over_limit() && snapshots_.in_flight());
}

/// Looks after the state: its memory now and then, and its loading while there is something.
Status Task::Keep(bool worked) {
  if (worked && ++unmeasured_steps_ >= kStepsPerMeasure) {
    unmeasured_steps_ = 0;
    PENSTOCK_RETURN_IF_ERROR(state_.Balance(snapshots_.in_flight()));
  }
  state_bytes_.store(state_.bytes(), std::memory_order_relaxed);
  if (!running_) return Status::Ok();
  PENSTOCK_ASSIGN_OR_RETURN(const bool more, state_.Fill(identity_.clock.Now(), worked));
  if (more) signal_->Notify();
  return Status::Ok();
}

Status Task::FireDueTimers() {
  const std::optional<Timestamp> next = chain_.NextProcessingTime();
  if (!next || passed_final_barrier()) return Status::Ok();
  const Timestamp now{ToMillis(identity_.clock.Wall())};
  return *next <= now ? chain_.OnProcessingTime(now) : Status::Ok();
}

std::optional<Clock::MonotonicTime> Task::NextTimer() const {
  const std::optional<Timestamp> next = chain_.NextProcessingTime();
  if (!next || !running_ || passed_final_barrier()) return std::nullopt;
  const std::int64_t now = ToMillis(identity_.clock.Wall());
  const std::int64_t wait = std::clamp(next->millis, now, now + kLongestTimerWait.count()) - now;
  return identity_.clock.Now() + milliseconds(wait);
}

Status Task::StepSource(bool& worked, std::optional<Clock::MonotonicTime>& wake) {
  if (exhausted_) return Status::Ok();
  SourcePoll outcome = SourcePoll::kMore;
  PENSTOCK_RETURN_IF_ERROR(chain_.PollSource(outcome));
  worked = outcome == SourcePoll::kMore;
  if (outcome == SourcePoll::kNothingYet) {
    wake = chain_.next_poll();
    worked = *wake <= identity_.clock.Now();
  }
  if (outcome != SourcePoll::kExhausted) return Status::Ok();
  PENSTOCK_RETURN_IF_ERROR(chain_.EndEventTime());
  ReportExhausted();
  return Status::Ok();
}

void Task::ReportExhausted() {
  if (exhausted_) return;
  exhausted_ = true;
  listener_.OnExhausted(id());
}

Status Task::HandleMail() {
  for (const TaskMail& mail : mailbox_.TakeAll()) {
    PENSTOCK_RETURN_IF_ERROR(std::visit([this](const auto& m) { return Handle(m); }, mail));
  }
  return Status::Ok();
}

Status Task::Handle(const StartTasks&) {
  running_ = true;
  return Status::Ok();
}

Status Task::Handle(const StopSources& stop) {
  if (!is_source() || exhausted_) return Status::Ok();
  if (stop.drain) PENSTOCK_RETURN_IF_ERROR(chain_.EndEventTime());
  ReportExhausted();
  return Status::Ok();
}

Status Task::Handle(const GroupWatermark& group) {
  group_watermark_.store(group.others.millis, std::memory_order_relaxed);
  if (is_source()) chain_.SetGroupWatermark(group.others);
  return Status::Ok();
}

Status Task::Handle(const TriggerMail& mail) {
  const CheckpointBarrier barrier{mail.trigger.checkpoint, mail.trigger.final, mail.received};
  exhausted_ = exhausted_ || barrier.final;
  return TakeSnapshot(barrier, {});
}

Status Task::Handle(const CheckpointCompleted& completed) {
  snapshots_.Completed(completed.checkpoint);
  PENSTOCK_RETURN_IF_ERROR(chain_.NotifyCompleted(completed.checkpoint));
  if (!completed.final) return Status::Ok();
  finished_ = true;
  return chain_.Close();
}

Status Task::Handle(const SnapshotWritten& written) {
  snapshots_.Written();
  state_.Thaw(written.stored);
  return state_.Balance(/*snapshot_in_flight=*/false);
}

Status Task::OnAligned(const CheckpointBarrier& barrier, std::int64_t alignment_nanos) {
  SnapshotTimings timings;
  timings.alignment = Micros(alignment_nanos);
  return TakeSnapshot(barrier, timings);
}

void Task::OnAborted(CheckpointId checkpoint) {
  snapshots_.Decline(checkpoint,
                     Status::Unavailable("a newer checkpoint's barrier came before all inputs had "
                                         "this one's"));
}

Status Task::TakeSnapshot(const CheckpointBarrier& barrier, SnapshotTimings timings) {
  if (barrier.final) passed_final_.store(true, std::memory_order_release);
  if (snapshots_.in_flight()) {
    snapshots_.Decline(barrier.checkpoint,
                       Status::Unavailable("the task's previous snapshot is still being written"));
    chain_.SendBarrier(barrier);
    return Status::Ok();
  }
  const Clock::MonotonicTime start = identity_.clock.Now();
  const std::uint64_t delay = Micros(Nanos(start) - barrier.triggered);
  timings.start_delay = delay - std::min(delay, timings.alignment);
  alignment_micros_.store(static_cast<std::int64_t>(timings.alignment), std::memory_order_relaxed);
  start_delay_micros_.store(static_cast<std::int64_t>(timings.start_delay),
                            std::memory_order_relaxed);
  PENSTOCK_ASSIGN_OR_RETURN(FrozenChain frozen, chain_.Freeze(barrier.checkpoint));
  state_.BeginSnapshot();
  timings.synchronous = Micros(Nanos(identity_.clock.Now()) - Nanos(start));
  chain_.SendBarrier(barrier);
  std::vector<Timestamp> watermarks;
  if (input_ != nullptr) watermarks = input_->watermarks();
  snapshots_.Write(barrier.checkpoint, std::move(frozen), std::move(watermarks), timings);
  return Status::Ok();
}

void Task::FlushInTime(Clock::MonotonicTime now) {
  if (now - last_flush_ < buffer_timeout_) return;
  last_flush_ = now;
  chain_.Flush(PartitionOutput::FlushScope::kWithRoom);
  PublishWatermark();
}

void Task::Wait(std::optional<Clock::MonotonicTime> deadline, WaitReason reason) {
  PublishWatermark();
  signal_->Wait(deadline, reason);
}

bool Task::Waker::Wait(std::optional<Clock::MonotonicTime> deadline) {
  if (task_.cancelled_.load(std::memory_order_acquire)) return false;
  task_.signal_->Wait(deadline, WaitReason::kCredit);
  task_.waited_inside_ = true;
  return !task_.cancelled_.load(std::memory_order_acquire);
}

void Task::PublishWatermark() {
  const Timestamp watermark = input_ != nullptr ? input_->watermark() : chain_.source_watermark();
  watermark_.store(watermark.millis, std::memory_order_relaxed);
  source_idle_.store(chain_.source_idle(), std::memory_order_relaxed);
  output_watermark_.store(chain_.output_watermark().value_or(watermark).millis,
                          std::memory_order_relaxed);
  if (input_ == nullptr) PublishEventTime();
}

void Task::PublishEventTime() {
  const SourceOperator::EventTime time = chain_.source_event_time();
  furthest_.store(time.furthest.millis, std::memory_order_relaxed);
  if (time.slowest_split != published_split_) {
    published_split_ = time.slowest_split;
    MutexLock lock(split_mu_);
    slowest_split_ = published_split_ == nullptr ? "" : *published_split_;
  }
  const Timestamp emitted = chain_.source_emitted();
  if (emitted == published_emitted_) return;
  published_emitted_ = emitted;
  const std::int64_t lag =
      static_cast<std::int64_t>(ToMillis(identity_.clock.Wall())) - emitted.millis;
  emit_lag_.store(std::max<std::int64_t>(lag, 0), std::memory_order_relaxed);
}

TaskMetrics Task::Metrics() const {
  TaskMetrics metrics;
  metrics.subtask = id();
  metrics.watermark = watermark_.load(std::memory_order_relaxed);
  metrics.idle = source_idle_.load(std::memory_order_relaxed);
  if (!identity_.counting) return metrics;
  metrics.output_watermark = output_watermark_.load(std::memory_order_relaxed);
  metrics.furthest = furthest_.load(std::memory_order_relaxed);
  {
    MutexLock lock(split_mu_);
    metrics.slowest_split = slowest_split_;
  }
  metrics.edges = chain_.edge_metrics();
  CollectCounters(metrics);
  CollectGauges(metrics);
  return metrics;
}

void Task::CollectCounters(TaskMetrics& metrics) const {
  const WaitTimes waits = signal_->times();
  const nanoseconds age = identity_.clock.Now() - started_;
  metrics.age = ToMillis(age);
  auto& counters = metrics.counters;
  counters["idleTimeMs"] = ToMillis(waits.idle);
  counters["backPressuredTimeMs"] = ToMillis(waits.back_pressured);
  counters["busyTimeMs"] = ToMillis(age - waits.idle - waits.back_pressured);
  const std::uint64_t records_in = input_ == nullptr ? 0 : input_->records();
  counters["numRecordsIn"] = records_in;
  counters["numRecordsOut"] = chain_.records_out();
  counters["numBytesIn"] = input_ == nullptr ? 0 : input_->bytes();
  std::uint64_t bytes_out = 0;
  for (const EdgeMetrics& edge : metrics.edges) bytes_out += edge.bytes;
  counters["numBytesOut"] = bytes_out;
  chain_.CollectCounters(counters, records_in);
}

void Task::CollectGauges(TaskMetrics& metrics) const {
  auto& gauges = metrics.gauges;
  if (input_ != nullptr) {
    gauges["inPoolUsage"] =
        static_cast<double>(input_->queued_bytes()) / static_cast<double>(input_->capacity_bytes());
  }
  if (is_source()) gauges["watermarkAlignmentDrift"] = static_cast<double>(AlignmentDrift());
  gauges["outPoolUsage"] = chain_.output_usage();
  gauges["stateBytes"] = static_cast<double>(state_bytes());
  const auto known = [&](const char* name, const std::atomic<std::int64_t>& value, double factor) {
    const std::int64_t now = value.load(std::memory_order_relaxed);
    if (now != kUnknown) gauges[name] = static_cast<double>(now) * factor;
  };
  known("currentEmitEventTimeLag", emit_lag_, 1);
  known("checkpointAlignmentTime", alignment_micros_, 1000);
  known("checkpointStartDelayNanos", start_delay_micros_, 1000);
}

std::uint64_t Task::AlignmentDrift() const {
  const std::int64_t own = watermark_.load(std::memory_order_relaxed);
  const std::int64_t others = group_watermark_.load(std::memory_order_relaxed);
  const bool ahead = others != Timestamp::Min().millis && own > others;
  return ahead ? static_cast<std::uint64_t>(own) - static_cast<std::uint64_t>(others) : 0;
}

Task::Progress Task::progress() const {
  return {steps_.load(std::memory_order_relaxed), signal_->times().waiting,
          chain_.boundary().current_name()};
}

}  // namespace penstock
