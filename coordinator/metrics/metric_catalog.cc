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
    {kCoordinator, "taskSlotsAvailable", "Free task slots.", "slots_available"},
    {kCoordinator, "taskSlotsTotal", "Task slots of all workers.", "slots"},
    {kCoordinator, "numRegisteredTaskManagers", "Workers that are connected.", "workers"},
    {kCoordinator, "numRunningJobs", "Jobs that have not ended.", "running_jobs"},
    {kCoordinator, "Status.CPU.Time", "Processor time of the coordinator, in nanoseconds.",
     "cpu_seconds_total", kCounter, kNano},
    {kCoordinator, "Status.Memory.Resident", "Resident memory of the coordinator, in bytes.",
     "resident_memory_bytes"},
    {kCoordinator, "Status.Threads.Count", "Threads of the coordinator.", "threads"},
    {kCoordinator, "eventLoopLatency",
     "How late the coordinator's thread was for its last timer, in milliseconds.",
     "event_loop_latency_seconds", kGauge, kMilli},
    {kCoordinator, "eventLoopLatencyMax", "The same, the most of the last hundred timers.",
     "event_loop_latency_max_seconds", kGauge, kMilli},

    {kWorker, "Status.CPU.Load", "Cores that the worker and its task hosts use.", "cpu_cores"},
    {kWorker, "Status.CPU.Time",
     "Processor time of the worker and of the task hosts that live, in nanoseconds.",
     "cpu_seconds_total", kCounter, kNano},
    {kWorker, "Status.Memory.Resident",
     "Resident memory of the worker and its task hosts, in bytes.", "resident_memory_bytes"},
    {kWorker, "Status.Memory.Total", "worker.memory, in bytes.", "memory_limit_bytes"},
    {kWorker, "Status.Flink.Memory.Managed.Used", "Keyed state in memory and its caches, in bytes.",
     "state_memory_bytes"},
    {kWorker, "Status.Flink.Memory.Managed.Total", "The share of worker.memory that is for state.",
     "state_memory_limit_bytes"},
    {kWorker, "Status.Shuffle.Netty.UsedMemory", "Bytes queued at inputs.",
     "exchange_memory_bytes"},
    {kWorker, "Status.Shuffle.Netty.TotalMemory", "The most that may be queued, in bytes.",
     "exchange_memory_limit_bytes"},
    {kWorker, "Status.Shuffle.Netty.AvailableMemory", "The rest of it.", ""},
    {kWorker, "taskSlotsTotal", "Its task slots.", "slots"},
    {kWorker, "taskSlotsAvailable", "Its free task slots.", "slots_available"},
    {kWorker, "timeSinceLastHeartbeat", "Milliseconds since it was last heard of.",
     "heartbeat_age_seconds", kGauge, kMilli},

    {kJob, "numRestarts", "Restarts since its submission.", "restarts_total", kCounter},
    {kJob, "fullRestarts", "The same, by an older name.", ""},
    {kJob, "uptime", "Milliseconds since it runs; 0 when it does not.", "uptime_seconds", kGauge,
     kMilli},
    {kJob, "downtime", "Milliseconds since it failed, until it runs again.", "downtime_seconds",
     kGauge, kMilli},
    {kJob, "stateBytes", "Keyed state in memory, in bytes.", "state_bytes"},
    {kJob, "watermarkHeldTime",
     "Milliseconds for which one split has held the watermark; 0 when none has for 30 s.",
     "watermark_held_seconds", kGauge, kMilli},
    {kJob, "lastCheckpointDuration", "Of the last completed checkpoint, in milliseconds, or -1.",
     "last_checkpoint_duration_seconds", kGauge, kMilli},
    {kJob, "lastCheckpointSize", "Bytes written for it.", "last_checkpoint_size_bytes"},
    {kJob, "lastCheckpointFullSize", "Bytes of all its files.", "last_checkpoint_full_size_bytes"},
    {kJob, "lastCheckpointAge",
     "Milliseconds since a checkpoint was completed, or since the job runs without one.",
     "last_checkpoint_age_seconds", kGauge, kMilli},
    {kJob, "lastCheckpointCompletedTimestamp", "When it was completed, or -1.", ""},
    {kJob, "lastCompletedCheckpointId", "Its number, or -1.", ""},
    {kJob, "lastCheckpointRestoreTimestamp", "When the job was last restored, or -1.", ""},
    {kJob, "numberOfInProgressCheckpoints", "Checkpoints being taken.", "checkpoints_in_progress"},
    {kJob, "numberOfCompletedCheckpoints", "Checkpoints completed since the coordinator started.",
     "checkpoints_completed_total", kCounter},
    {kJob, "numberOfFailedCheckpoints", "Checkpoints that failed since then.",
     "checkpoints_failed_total", kCounter},
    {kJob, "totalNumberOfCheckpoints", "All of these.", ""},

    {kTask, "numRecordsIn", "Records that came from other tasks.", "records_in_total", kCounter},
    {kTask, "numRecordsInPerSecond", "The same per second, over the last three to six.", ""},
    {kTask, "numRecordsOut", "Records that went to other tasks.", "records_out_total", kCounter},
    {kTask, "numRecordsOutPerSecond", "The same per second.", ""},
    {kTask, "numBytesIn", "Bytes of the records that came in: on the wire, or in memory.",
     "bytes_in_total", kCounter},
    {kTask, "numBytesInPerSecond", "The same per second.", ""},
    {kTask, "numBytesOut", "Bytes of the records that went out.", "bytes_out_total", kCounter},
    {kTask, "numBytesOutPerSecond", "The same per second.", ""},
    {kTask, "accumulateBusyTimeMs", "Milliseconds in which it worked.", "busy_seconds_total",
     kCounter, kMilli},
    {kTask, "busyTimeMsPerSecond", "Of each second, the milliseconds in which it worked.",
     "busy_ratio", kGauge, kMilli, kGreatest},
    {kTask, "accumulateIdleTimeMs", "Milliseconds in which it waited for input.",
     "idle_seconds_total", kCounter, kMilli},
    {kTask, "idleTimeMsPerSecond", "Of each second, the milliseconds in which it waited for input.",
     "idle_ratio", kGauge, kMilli, kLeast},
    {kTask, "accumulateBackPressuredTimeMs", "Milliseconds in which it waited for room.",
     "backpressured_seconds_total", kCounter, kMilli},
    {kTask, "backPressuredTimeMsPerSecond",
     "Of each second, the milliseconds in which it waited for room at its outputs.",
     "backpressured_ratio", kGauge, kMilli, kGreatest},
    {kTask, "isBackPressured", "1 when that is more than a tenth of the time.", ""},
    {kTask, "inPoolUsage", "Of what may be queued at its input, the share that is.",
     "input_usage_ratio", kGauge, 1, kGreatest},
    {kTask, "outPoolUsage", "Of what may be under way on its fullest channel, the share that is.",
     "output_usage_ratio", kGauge, 1, kGreatest},
    {kTask, "stateBytes", "Its keyed state in memory, in bytes.", "state_bytes"},
    {kTask, "currentInputWatermark", "Its watermark, in milliseconds; the least number: none yet.",
     "watermark_timestamp_seconds", kGauge, kMilli, kLeast},
    {kTask, "currentOutputWatermark", "The least that it has sent on.", ""},
    {kTask, "watermarkAlignmentDrift",
     "Milliseconds by which a source is ahead of the slowest other one of its alignment group.",
     "watermark_alignment_drift_seconds", kGauge, kMilli, kGreatest},
    {kTask, "currentEmitEventTimeLag",
     "Of a source: milliseconds between a record's timestamp and its coming out.",
     "emit_event_time_lag_seconds", kGauge, kMilli, kGreatest},
    {kTask, "checkpointAlignmentTime",
     "Nanoseconds between the first and the last barrier of its last checkpoint.",
     "checkpoint_alignment_seconds", kGauge, kNano, kGreatest},
    {kTask, "checkpointStartDelayNanos", "Nanoseconds from the trigger to the first barrier.",
     "checkpoint_start_delay_seconds", kGauge, kNano, kGreatest},

    {kOperator, "numRecordsIn", "Records that the operator was given; written, by a sink.",
     "records_in_total", kCounter},
    {kOperator, "numRecordsInPerSecond", "The same per second.", ""},
    {kOperator, "numRecordsOut", "Records that it emitted; read, by a source.", "records_out_total",
     kCounter},
    {kOperator, "numRecordsOutPerSecond", "The same per second.", ""},
    {kOperator, "numLateRecordsDropped", "Records that came after their window was closed.",
     "late_records_dropped_total", kCounter},
    {kOperator, "numLateRecordsDroppedPerSecond", "The same per second.", ""},
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
  return fmt::format("| `{}` | {} | {} |\n", metric.name, metric.description, prometheus);
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
    text += fmt::format("{}### {}\n\n| Name | Meaning | For Prometheus |\n|---|---|---|\n",
                        text.empty() ? "" : "\n", TitleOf(scope));
    for (const MetricSpec& metric : kMetrics) {
      if (metric.scope == scope) text += RowOf(metric);
    }
  }
  return text;
}

}  // namespace penstock
