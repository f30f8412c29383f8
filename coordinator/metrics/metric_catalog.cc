#include "coordinator/metrics/metric_catalog.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace penstock {
namespace {

using enum MetricScope;
using enum MetricTotal;
constexpr auto kCounter = PrometheusText::Kind::kCounter;
constexpr auto kGauge = PrometheusText::Kind::kGauge;
constexpr double kMilli = 1e-3;
constexpr double kNano = 1e-9;

constexpr MetricSpec kMetrics[] = {
    {kCoordinator, "taskSlotsAvailable", "", "Free task slots.", "slots_available"},
    {kCoordinator, "taskSlotsTotal", "", "Task slots of all workers.", "slots"},
    {kCoordinator, "numRegisteredTaskManagers", "", "Workers that are connected.", "workers"},
    {kCoordinator, "numRunningJobs", "", "Jobs that have not ended.", "running_jobs"},
    {kCoordinator, "Status.CPU.Time", "ns", "Processor time of the coordinator.",
     "cpu_seconds_total", kCounter, kNano},
    {kCoordinator, "Status.Memory.Resident", "bytes", "Resident memory of the coordinator.",
     "resident_memory_bytes"},
    {kCoordinator, "Status.Threads.Count", "", "Threads of the coordinator.", "threads"},
    {kCoordinator, "eventLoopLatency", "ms",
     "How late the coordinator's thread was for its last timer.", "event_loop_latency_seconds",
     kGauge, kMilli},
    {kCoordinator, "eventLoopLatencyMax", "ms",
     "How late it was for the latest of the last hundred timers.", "event_loop_latency_max_seconds",
     kGauge, kMilli},

    {kWorker, "Status.CPU.Load", "cores", "Cores that the worker and its task hosts use.",
     "cpu_cores"},
    {kWorker, "Status.CPU.Time", "ns",
     "Processor time of the worker and of the task hosts that live.", "cpu_seconds_total", kCounter,
     kNano},
    {kWorker, "Status.Memory.Resident", "bytes",
     "Resident memory of the worker and its task hosts.", "resident_memory_bytes"},
    {kWorker, "Status.Memory.Total", "bytes", "worker.memory.", "memory_limit_bytes"},
    {kWorker, "Status.Flink.Memory.Managed.Used", "bytes", "Keyed state in memory and its caches.",
     "state_memory_bytes"},
    {kWorker, "Status.Flink.Memory.Managed.Total", "bytes",
     "The share of worker.memory that is for state.", "state_memory_limit_bytes"},
    {kWorker, "Status.Shuffle.Netty.UsedMemory", "bytes", "Bytes queued at inputs.",
     "exchange_memory_bytes"},
    {kWorker, "Status.Shuffle.Netty.TotalMemory", "bytes", "The most that may be queued.",
     "exchange_memory_limit_bytes"},
    {kWorker, "Status.Shuffle.Netty.AvailableMemory", "bytes", "The rest of it.", ""},
    {kWorker, "taskSlotsTotal", "", "Its task slots.", "slots"},
    {kWorker, "taskSlotsAvailable", "", "Its free task slots.", "slots_available"},
    {kWorker, "timeSinceLastHeartbeat", "ms", "Time since it was last heard of.",
     "heartbeat_age_seconds", kGauge, kMilli},

    {kJob, "numRestarts", "", "Restarts since its submission.", "restarts_total", kCounter},
    {kJob, "fullRestarts", "", "The same, by an older name.", ""},
    {kJob, "uptime", "ms", "Time since it runs; 0 when it does not.", "uptime_seconds", kGauge,
     kMilli},
    {kJob, "downtime", "ms", "Time since it failed, until it runs again.", "downtime_seconds",
     kGauge, kMilli},
    {kJob, "stateBytes", "bytes", "Keyed state in memory.", "state_bytes"},
    {kJob, "watermarkHeldTime", "ms",
     "Time for which one split has held the watermark; 0 when none has for 30 s.",
     "watermark_held_seconds", kGauge, kMilli},
    {kJob, "lastCheckpointDuration", "ms", "Of the last completed checkpoint, or -1.",
     "last_checkpoint_duration_seconds", kGauge, kMilli},
    {kJob, "lastCheckpointSize", "bytes", "Bytes written for it.", "last_checkpoint_size_bytes"},
    {kJob, "lastCheckpointFullSize", "bytes", "Bytes of all its files.",
     "last_checkpoint_full_size_bytes"},
    {kJob, "lastCheckpointAge", "ms",
     "Time since a checkpoint was completed, or since the job runs without one.",
     "last_checkpoint_age_seconds", kGauge, kMilli},
    {kJob, "lastCheckpointCompletedTimestamp", "ms", "When it was completed, or -1.", ""},
    {kJob, "lastCompletedCheckpointId", "", "Its number, or -1.", ""},
    {kJob, "lastCheckpointRestoreTimestamp", "ms", "When the job was last restored, or -1.", ""},
    {kJob, "numberOfInProgressCheckpoints", "", "Checkpoints being taken.",
     "checkpoints_in_progress"},
    {kJob, "numberOfCompletedCheckpoints", "",
     "Checkpoints completed since the coordinator started.", "checkpoints_completed_total",
     kCounter},
    {kJob, "numberOfFailedCheckpoints", "", "Checkpoints that failed since then.",
     "checkpoints_failed_total", kCounter},
    {kJob, "totalNumberOfCheckpoints", "", "All of these.", ""},

    {kTask, "numRecordsIn", "", "Records that came from other tasks.", "records_in_total",
     kCounter},
    {kTask, "numRecordsInPerSecond", "1/s", "The same per second, over the last three to six.", ""},
    {kTask, "numRecordsOut", "", "Records that went to other tasks.", "records_out_total",
     kCounter},
    {kTask, "numRecordsOutPerSecond", "1/s", "The same per second.", ""},
    {kTask, "numBytesIn", "bytes", "Bytes of the records that came in: on the wire, or in memory.",
     "bytes_in_total", kCounter},
    {kTask, "numBytesInPerSecond", "bytes/s", "The same per second.", ""},
    {kTask, "numBytesOut", "bytes", "Bytes of the records that went out.", "bytes_out_total",
     kCounter},
    {kTask, "numBytesOutPerSecond", "bytes/s", "The same per second.", ""},
    {kTask, "accumulateBusyTimeMs", "ms", "Time in which it worked.", "busy_seconds_total",
     kCounter, kMilli},
    {kTask, "busyTimeMsPerSecond", "ms/s", "Share of the time in which it worked.", "busy_ratio",
     kGauge, kMilli, kGreatest},
    {kTask, "accumulateIdleTimeMs", "ms", "Time in which it waited for input.",
     "idle_seconds_total", kCounter, kMilli},
    {kTask, "idleTimeMsPerSecond", "ms/s", "Share of the time in which it waited for input.",
     "idle_ratio", kGauge, kMilli, kLeast},
    {kTask, "accumulateBackPressuredTimeMs", "ms", "Time in which it waited for room.",
     "backpressured_seconds_total", kCounter, kMilli},
    {kTask, "backPressuredTimeMsPerSecond", "ms/s",
     "Share of the time in which it waited for room at its outputs.", "backpressured_ratio", kGauge,
     kMilli, kGreatest},
    {kTask, "isBackPressured", "", "1 when that is more than a tenth of the time.", ""},
    {kTask, "inPoolUsage", "0 to 1", "Of what may be queued at its input, the share that is.",
     "input_usage_ratio", kGauge, 1, kGreatest},
    {kTask, "outPoolUsage", "0 to 1",
     "Of what may be under way on its fullest channel, the share that is.", "output_usage_ratio",
     kGauge, 1, kGreatest},
    {kTask, "stateBytes", "bytes", "Its keyed state in memory.", "state_bytes"},
    {kTask, "currentInputWatermark", "ms", "Its watermark; the least number: none yet.",
     "watermark_timestamp_seconds", kGauge, kMilli, kLeast},
    {kTask, "currentOutputWatermark", "ms", "The least that it has sent on.", ""},
    {kTask, "watermarkAlignmentDrift", "ms",
     "Time by which a source is ahead of the slowest other one of its alignment group.",
     "watermark_alignment_drift_seconds", kGauge, kMilli, kGreatest},
    {kTask, "currentEmitEventTimeLag", "ms",
     "Of a source: time between a record's timestamp and its coming out.",
     "emit_event_time_lag_seconds", kGauge, kMilli, kGreatest},
    {kTask, "checkpointAlignmentTime", "ns",
     "Time between the first and the last barrier of its last checkpoint.",
     "checkpoint_alignment_seconds", kGauge, kNano, kGreatest},
    {kTask, "checkpointStartDelayNanos", "ns", "Time from the trigger to the first barrier.",
     "checkpoint_start_delay_seconds", kGauge, kNano, kGreatest},

    {kOperator, "numRecordsIn", "", "Records that the operator was given; written, by a sink.",
     "records_in_total", kCounter},
    {kOperator, "numRecordsInPerSecond", "1/s", "The same per second.", ""},
    {kOperator, "numRecordsOut", "", "Records that it emitted; read, by a source.",
     "records_out_total", kCounter},
    {kOperator, "numRecordsOutPerSecond", "1/s", "The same per second.", ""},
    {kOperator, "numLateRecordsDropped", "", "Records that came after their window was closed.",
     "late_records_dropped_total", kCounter},
    {kOperator, "numLateRecordsDroppedPerSecond", "1/s", "The same per second.", ""},
};

std::string_view TitleOf(MetricScope scope) {
  constexpr std::array<std::string_view, 5> kTitles{"Coordinator", "Workers", "Jobs", "Tasks",
                                                    "Operators"};
  return kTitles[static_cast<std::size_t>(scope)];
}

std::string RowOf(const MetricSpec& metric) {
  std::string prometheus;
  if (!metric.prometheus.empty()) {
    prometheus = fmt::format("`penstock_{}_{}`", PrometheusScope(metric.scope), metric.prometheus);
  }
  return fmt::format("| `{}` | {} | {} | {} |\n", metric.name, metric.unit, metric.description,
                     prometheus);
}

}  // namespace

std::span<const MetricSpec> AllMetrics() { return kMetrics; }

const MetricSpec* FindMetric(MetricScope scope, std::string_view name) {
  for (const MetricSpec& metric : kMetrics) {
    if (metric.scope == scope && metric.name == name) return &metric;
  }
  return nullptr;
}

std::string_view PrometheusScope(MetricScope scope) {
  constexpr std::array<std::string_view, 5> kNames{"coordinator", "worker", "job", "vertex",
                                                   "operator"};
  return kNames[static_cast<std::size_t>(scope)];
}

std::string RenderMetricReference() {
  std::string text;
  for (const MetricScope scope : {kCoordinator, kWorker, kJob, kTask, kOperator}) {
    text +=
        fmt::format("{}### {}\n\n| Name | Unit | Meaning | For Prometheus |\n|---|---|---|---|\n",
                    text.empty() ? "" : "\n", TitleOf(scope));
    for (const MetricSpec& metric : kMetrics) {
      if (metric.scope == scope) text += RowOf(metric);
    }
  }
  return text;
}

}  // namespace penstock
