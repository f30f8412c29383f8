#include "worker/plugin/job_plan.h"

#include <utility>

#include "api/runtime/job_recorder.h"
#include "common/config/configuration.h"
#include "common/config/options.h"
#include "worker/plugin/graph_builder.h"
#include "worker/plugin/job_options.h"
#include "worker/plugin/loader.h"
#include "worker/plugin/note_reader.h"

namespace penstock {

Result<PlannedJob> PlanJob(FileSystem& fs, const PlanRequest& request) {
  PENSTOCK_RETURN_IF_ERROR(CheckPlugin(fs, request.plugin_path));
  PENSTOCK_ASSIGN_OR_RETURN(Configuration config, Configuration::FromMap(request.configuration));
  PENSTOCK_ASSIGN_OR_RETURN(const PluginEntry* entry, LoadPlugin(request.plugin_path));
  RecordedJob job = RecordJob(entry->build, {request.arguments, request.working_directory});
  std::vector<PlanProblem> problems;
  std::map<std::string, std::string> options;
  if (!request.settled) options = ApplyOptions(job.options, config, problems);
  JobDefaults defaults;
  defaults.name = request.name.empty() ? entry->job_name : request.name;
  defaults.parallelism = static_cast<std::uint32_t>(config.Get(options::kParallelism));
  defaults.max_parallelism = static_cast<std::uint32_t>(config.Get(options::kMaxParallelism));
  defaults.checkpoint_mode = config.Get(options::kCheckpointMode);
  PlannerAnswer answer = BuildGraph(job, defaults);
  answer.problems.insert(answer.problems.end(), problems.begin(), problems.end());
  answer.plan.options = std::move(options);
  answer.job = entry->job_name;
  answer.arguments = std::move(job.arguments);
  return PlannedJob{std::move(answer), std::move(job.operators)};
}

}  // namespace penstock
