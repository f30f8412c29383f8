#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "coordinator/dispatcher.h"
#include "coordinator/job_master.h"
#include "coordinator/metrics/vertex_metrics.h"

namespace penstock {

/// Metrics by name, as docs/reference/metrics.md lists them: Flink's names where it has the thing.
using MetricValues = std::map<std::string, double>;

/// Of a job as a whole. `now`: wall clock, milliseconds.
MetricValues ValuesOfJob(const JobMaster& job, std::int64_t now);
/// Of a task and of its operators, "<operator>.<metric>"; empty before its first report.
MetricValues ValuesOfSubtask(const VertexMetrics& metrics, std::uint32_t subtask);
/// Of all subtasks of a vertex as "<subtask>.<metric>"; of those that no name in `wanted` is of
/// nothing. Empty `wanted`: all.
MetricValues ValuesOfVertex(const VertexMetrics& metrics, const std::set<std::string>& wanted);
MetricValues ValuesOfWorker(const Dispatcher& dispatcher, const WorkerEntry& worker);
/// Of this process and of the cluster.
MetricValues ValuesOfCoordinator(const Dispatcher& dispatcher);

}  // namespace penstock
