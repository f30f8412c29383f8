#pragma once

#include <string>

#include <boost/json.hpp>

#include "common/config/configuration.h"
#include "coordinator/job_master.h"
#include "coordinator/slot_pool.h"

namespace penstock {

// A job as Flink's REST interface shows it. `waiting` says in words what slots it waits for; it and
// a pending restart become "status-reason", the savepoint that a stop has made "savepoint", fields
// of ours. Times are milliseconds of the wall clock.

boost::json::object JobOverview(const JobMaster& job, const std::string& waiting, std::int64_t now);
boost::json::object JobDetail(const JobMaster& job, const std::string& waiting, std::int64_t now);
boost::json::object JobPlan(const JobMaster& job);
/// The graph as a plan without a job.
boost::json::object PlanOf(const JobGraph& graph, const std::string& id);
boost::json::object JobConfig(const JobMaster& job);
/// Failures, newest first, at most `most`.
boost::json::object JobExceptions(const JobMaster& job, const SlotPool& slots, std::size_t most);
/// How it has ended.
boost::json::object JobExecutionResult(const JobMaster& job);
boost::json::object JobCheckpoints(const JobMaster& job);
/// `config` is the cluster's, beneath the job's own options.
boost::json::object JobCheckpointConfig(const JobMaster& job, const Configuration& config);
/// With subtasks; null when it is not remembered.
boost::json::value CheckpointDetail(const JobMaster& job, CheckpointId id);
/// One vertex's part of it, with a summary over its subtasks; null when there is none.
boost::json::value CheckpointVertexDetail(const JobMaster& job, CheckpointId id,
                                          const std::string& vertex);
/// Events with a greater number than `since`; the state and the newest number besides.
boost::json::object JobEvents(const JobMaster& job, std::uint64_t since);
/// The events and the last lines of ended task hosts, for people.
std::string JobLogText(const JobMaster& job);

/// 32 hex digits, as clients of Flink expect it.
std::string VertexIdText(VertexId vertex);
Result<VertexId> ParseVertexId(const JobGraph& graph, const std::string& text);

}  // namespace penstock
