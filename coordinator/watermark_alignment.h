#pragma once

#include <map>
#include <set>

#include "common/ids.h"
#include "common/timestamp.h"
#include "coordinator/execution_graph.h"
#include "graph/job_graph.h"

namespace penstock {

/// For each subtask of a source in an alignment group that still reads: the least watermark of the
/// others in the group, as they last said. Those that are idle or exhausted don't count; one that
/// has no watermark yet holds the others back. Max when there is none to wait for. Pure.
std::map<SubtaskId, Timestamp> AlignWatermarks(const JobGraph& graph,
                                               const ExecutionGraph& executions,
                                               const std::set<SubtaskId>& exhausted);

}  // namespace penstock
