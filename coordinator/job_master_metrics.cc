// The part of JobMaster that takes what task hosts have measured, and tells of what stands still.

#include <limits>

#include <fmt/format.h>

#include "coordinator/job_master.h"

namespace penstock {

void JobMaster::OnHost(Host& host, const HostMetrics& metrics) {
  host.state_bytes = metrics.state_bytes;
  host.memory = metrics.memory;
  for (const TaskMetrics& task : metrics.tasks) {
    executions_.SetMetrics(task);
    metrics_.Report(task, MonotonicMillis());
  }
  AlignSources();
  if (phase_ == Phase::kRunning) Measure();
}

std::int64_t JobMaster::MonotonicMillis() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.Now().time_since_epoch())
      .count();
}

void JobMaster::Measure() {
  const std::int64_t wall = ToMillis(clock_.Wall());
  if (!metrics_.history().Due(wall)) return;
  const auto& latest = checkpoints_.statistics().latest_completed();
  metrics_.Sample(wall, latest ? static_cast<double>(latest->duration_millis)
                               : std::numeric_limits<double>::quiet_NaN());
  WatchWatermark();
}

std::optional<WatermarkHolder> JobMaster::watermark_holder() const {
  if (phase_ != Phase::kRunning) return std::nullopt;
  return metrics_.FindHolder(MonotonicMillis());
}

std::optional<Bottleneck> JobMaster::bottleneck() const {
  if (phase_ != Phase::kRunning) return std::nullopt;
  return metrics_.FindSlowest();
}

void JobMaster::WatchWatermark() {
  const std::optional<WatermarkHolder> holder = watermark_holder();
  const bool same = holder && told_holder_ && holder->subtask == told_holder_->subtask &&
                    holder->split == told_holder_->split;
  if (same || (!holder && !told_holder_)) return;
  if (holder) {
    Tell(LogLevel::kWarn, EventKind::kWarning,
         DescribeHolder(*holder, TaskName(graph_, holder->subtask)) +
             "; windows wait for it. If it may be empty for long, let the others go on without it: "
             "with_idleness in its watermark strategy");
  } else {
    Tell(LogLevel::kInfo, EventKind::kWarning,
         fmt::format("{} holds the watermark no longer", TaskName(graph_, told_holder_->subtask)));
  }
  told_holder_ = holder;
}

}  // namespace penstock
