#include "worker/host/host_job.h"

#include <algorithm>
#include <utility>

#include "checkpoint/restore_check.h"
#include "common/config/configuration.h"
#include "common/config/options.h"
#include "worker/plugin/job_plan.h"

namespace penstock {

const EdgeType& HostJob::edge_type(std::uint32_t edge) const {
  const VertexId to = graph.edges[edge].to;
  const std::vector<std::uint32_t> inputs = graph.inputs(to);
  const auto position = std::find(inputs.begin(), inputs.end(), edge) - inputs.begin();
  return *operators[graph.vertex(to).operators.front().index].inputs[position].edge;
}

RecoveryOptions HostJob::RecoveryFrom(const RestorePoint& point) const {
  return point.directory == start_from ? recovery : RecoveryOptions();
}

Result<HostJob> RebuildJob(FileSystem& fs, const HostSetup& setup) {
  const JobSpec& spec = setup.job;
  PENSTOCK_ASSIGN_OR_RETURN(const JobGraph submitted, JobGraphFromJson(spec.graph_json));
  PENSTOCK_ASSIGN_OR_RETURN(const Configuration config, Configuration::FromMap(spec.configuration));
  PENSTOCK_ASSIGN_OR_RETURN(PlannedJob planned,
                            PlanJob(fs, {setup.plugin_path, submitted.name, spec.arguments,
                                         spec.working_directory, spec.configuration,
                                         /*settled=*/true}));
  if (!planned.answer.problems.empty()) return ToStatus(planned.answer.problems);
  HostJob job;
  job.graph = std::move(planned.answer.plan.graph);
  if (JobGraphHash(job.graph) != JobGraphHash(submitted)) {
    return Status::InvalidArgument(
        "the job function has built another graph than at submission: " +
            FirstDifference(submitted, job.graph),
        "it must depend on its arguments only, not on files, time, environment or chance");
  }
  job.plan = ExpandGraph(job.graph);
  job.operators = std::move(planned.operators);
  job.buffer_timeout = config.Get(options::kBufferTimeout);
  job.state_bytes_per_slot = config.Get(options::kStateMemoryPerSlot).bytes;
  job.checkpoint_mode = config.Get(options::kCheckpointMode);
  job.counting = config.Get(options::kMetricsEnabled);
  job.start_from = config.Get(options::kRestorePath);
  job.recovery.ignore_unclaimed = config.Get(options::kIgnoreUnclaimedState);
  PENSTOCK_ASSIGN_OR_RETURN(job.recovery.new_uid,
                            ParseUidMapping(config.Get(options::kUidMapping)));
  return job;
}

}  // namespace penstock
