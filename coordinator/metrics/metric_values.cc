#include "coordinator/metrics/metric_values.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/memory_shares.h"
#include "common/process_usage.h"

namespace penstock {
namespace {

/// What tasks count their time as, and what Flink calls it.
const std::map<std::string, std::string>& TimeNames() {
  static const std::map<std::string, std::string> names{
      {"busyTimeMs", "accumulateBusyTimeMs"},
      {"idleTimeMs", "accumulateIdleTimeMs"},
      {"backPressuredTimeMs", "accumulateBackPressuredTimeMs"}};
  return names;
}

template <typename T>
double Number(T value) {
  return static_cast<double>(value);
}

std::int64_t EnteredAt(const JobMaster& job, JobState state) {
  return job.progress().entered[static_cast<std::size_t>(state)];
}

/// Of the states between two attempts.
double Downtime(const JobMaster& job, std::int64_t now) {
  switch (job.state()) {
    case JobState::kFailing:
    case JobState::kRestarting: return Number(now - EnteredAt(job, JobState::kFailing));
    default: return 0;
  }
}

void AddCheckpoints(const JobMaster& job, std::int64_t now, MetricValues& values) {
  const CheckpointStatistics& checkpoints = job.checkpoints().statistics();
  const auto& latest = checkpoints.latest_completed();
  const double in_progress = job.checkpoints().in_flight() ? 1 : 0;
  values["lastCheckpointDuration"] = latest ? Number(latest->duration_millis) : -1;
  values["lastCheckpointSize"] = latest ? Number(latest->new_bytes) : 0;
  values["lastCheckpointFullSize"] = latest ? Number(latest->bytes) : 0;
  values["lastCheckpointCompletedTimestamp"] = latest ? Number(latest->end_millis) : -1;
  values["lastCompletedCheckpointId"] = latest ? Number(latest->id.value()) : -1;
  const std::int64_t since = latest ? latest->end_millis : EnteredAt(job, JobState::kRunning);
  values["lastCheckpointAge"] = since == 0 || IsTerminal(job.state()) ? 0 : Number(now - since);
  values["lastCheckpointRestoreTimestamp"] =
      checkpoints.restored == 0 ? -1 : Number(checkpoints.restored_millis);
  values["numberOfInProgressCheckpoints"] = in_progress;
  values["numberOfCompletedCheckpoints"] = Number(checkpoints.completed);
  values["numberOfFailedCheckpoints"] = Number(checkpoints.failed);
  values["totalNumberOfCheckpoints"] =
      Number(checkpoints.completed + checkpoints.failed) + in_progress;
}

}  // namespace

MetricValues ValuesOfJob(const JobMaster& job, std::int64_t now) {
  const bool up = job.state() == JobState::kRunning;
  const auto holder = job.watermark_holder();
  MetricValues values{{"numRestarts", Number(job.progress().restarts)},
                      {"fullRestarts", Number(job.progress().restarts)},
                      {"uptime", up ? Number(now - EnteredAt(job, JobState::kRunning)) : 0},
                      {"downtime", Downtime(job, now)},
                      {"stateBytes", Number(job.state_bytes())},
                      {"watermarkHeldTime", holder ? Number(holder->held) : 0}};
  AddCheckpoints(job, now, values);
  return values;
}

MetricValues ValuesOfSubtask(const VertexMetrics& metrics, std::uint32_t subtask) {
  MetricValues values;
  const SubtaskLoad& load = metrics.loads()[subtask];
  if (!load.reported) return values;
  const std::vector<std::string>& counters = metrics.counter_names();
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const auto time = TimeNames().find(counters[i]);
    const std::string& name = time == TimeNames().end() ? counters[i] : time->second;
    const double rate = metrics.rate(subtask, i);
    const bool share = time != TimeNames().end();
    values[name] = Number(metrics.counter(subtask, i));
    values[counters[i] + "PerSecond"] = share ? std::min(rate, 1000.0) : rate;
  }
  const std::vector<std::string>& gauges = metrics.gauge_names();
  for (std::size_t i = 0; i < gauges.size(); ++i) {
    if (const auto value = metrics.gauge(subtask, i)) values[gauges[i]] = *value;
  }
  values["currentInputWatermark"] = Number(load.watermark);
  values["currentOutputWatermark"] = Number(load.output_watermark);
  values["isBackPressured"] = load.backpressured > kBackPressured ? 1 : 0;
  return values;
}

MetricValues ValuesOfVertex(const VertexMetrics& metrics, const std::set<std::string>& wanted) {
  MetricValues values;
  for (std::uint32_t i = 0; i < metrics.parallelism(); ++i) {
    const std::string prefix = fmt::format("{}.", i);
    const auto next = wanted.lower_bound(prefix);
    const bool is_wanted = next != wanted.end() && next->starts_with(prefix);
    if (!wanted.empty() && !is_wanted) continue;
    for (const auto& [name, value] : ValuesOfSubtask(metrics, i)) values[prefix + name] = value;
  }
  return values;
}

MetricValues ValuesOfWorker(const Dispatcher& dispatcher, const WorkerEntry& worker) {
  const MemoryShares shares{worker.registration.memory_bytes};
  const MemoryUse use = dispatcher.MemoryOn(worker.registration.worker);
  const auto silent = std::chrono::duration_cast<std::chrono::milliseconds>(
      dispatcher.clock().Now() - worker.last_heartbeat);
  return {{"Status.CPU.Load", worker.cpu_load},
          {"Status.CPU.Time", Number(worker.cpu_millis) * 1e6},
          {"Status.Memory.Resident", Number(worker.resident_bytes)},
          {"Status.Memory.Total", Number(shares.total)},
          {"Status.Flink.Memory.Managed.Used", Number(use.tables + use.cache)},
          {"Status.Flink.Memory.Managed.Total", Number(shares.state())},
          {"Status.Shuffle.Netty.UsedMemory", Number(use.exchange)},
          {"Status.Shuffle.Netty.TotalMemory", Number(use.exchange_capacity)},
          {"Status.Shuffle.Netty.AvailableMemory",
           Number(use.exchange_capacity - std::min(use.exchange, use.exchange_capacity))},
          {"taskSlotsTotal", Number(worker.registration.slots)},
          {"taskSlotsAvailable", Number(worker.free_slots())},
          {"timeSinceLastHeartbeat", Number(silent.count())}};
}

MetricValues ValuesOfCoordinator(const Dispatcher& dispatcher) {
  const SlotPool& slots = dispatcher.slots();
  const auto running =
      std::count_if(dispatcher.jobs().begin(), dispatcher.jobs().end(),
                    [](const JobMaster* job) { return !IsTerminal(job->state()); });
  const ProcessUsage usage = UsageOfThisProcess();
  const LoopLatency& latency = dispatcher.latency();
  return {{"taskSlotsAvailable", Number(slots.free_slots())},
          {"taskSlotsTotal", Number(slots.total_slots())},
          {"numRegisteredTaskManagers", Number(slots.workers().size())},
          {"numRunningJobs", Number(running)},
          {"Status.CPU.Time", Number(usage.cpu_millis) * 1e6},
          {"Status.Memory.Resident", Number(usage.resident_bytes)},
          {"Status.Threads.Count", Number(usage.threads)},
          {"eventLoopLatency", latency.last_millis()},
          {"eventLoopLatencyMax", latency.most_millis()}};
}

}  // namespace penstock
