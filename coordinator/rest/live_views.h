#pragma once

#include <optional>

#include <boost/json.hpp>

#include "coordinator/job_master.h"

namespace penstock {

// What a job does now, beyond what Flink's interface shows. `now`: wall clock, milliseconds. Ratios
// are 0..1, rates per second, of the last three to six seconds.

/// "live" of a vertex in the answer to GET /jobs/:job.
boost::json::object LiveOf(const JobMaster& job, VertexId vertex, std::int64_t now);
/// Flink's "metrics" of a vertex there: sums over its subtasks since the attempt's start.
boost::json::object TotalsOf(const JobMaster& job, VertexId vertex);
/// Every edge with what flows along it.
boost::json::array EdgesOf(const JobMaster& job);
/// The slowest vertex; null when the job keeps up, or does not run.
boost::json::value BottleneckOf(const JobMaster& job);
/// The split that holds the watermark; null when none does.
boost::json::value WatermarkHolderOf(const JobMaster& job);
/// The last five minutes of a vertex, or of the job as a whole.
boost::json::object HistoryOf(const JobMaster& job, std::optional<VertexId> vertex);

/// Back-pressure of a vertex as Flink shows it.
boost::json::object BackPressureOf(const JobMaster& job, VertexId vertex, std::int64_t now);
/// Watermarks of its subtasks, as Flink shows them: one metric each.
boost::json::array WatermarksOf(const JobMaster& job, VertexId vertex);

}  // namespace penstock
