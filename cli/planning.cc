#include "cli/planning.h"

#include "common/config/options.h"
#include "graph/job_arguments.h"
#include "graph/planner_client.h"

namespace penstock {

Result<PlannerAnswer> AskForPlan(const CommandContext& context, const RunRequest& request) {
  PlanRequest plan;
  plan.plugin_path = request.plugin;
  plan.working_directory = CurrentDirectory();
  plan.name = request.name;
  plan.configuration = context.config.Explicit();
  if (request.parallelism) {
    plan.configuration["parallelism.default"] = std::to_string(*request.parallelism);
  }
  PENSTOCK_ASSIGN_OR_RETURN(plan.arguments, ParseJobArguments(request.arguments));
  PlannerOptions limits;
  limits.timeout = context.config.Get(options::kPlannerTimeout);
  limits.memory_bytes = context.config.Get(options::kPlannerMemory).bytes;
  return AskPlanner(plan, limits);
}

}  // namespace penstock
