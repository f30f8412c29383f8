#include "cli/exit_code.h"
#include "cli/run_command.h"
#include "common/config/options.h"
#include "graph/job_arguments.h"
#include "graph/planner_client.h"

namespace penstock {
namespace {

Result<Plan> MakePlan(const CommandContext& context, const RunRequest& request) {
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
  return RunPlanner(plan, limits);
}

}  // namespace

int ShowPlan(const CommandContext& context, const RunRequest& request) {
  Result<Plan> plan = MakePlan(context, request);
  if (!plan.ok()) {
    context.console.Error(plan.status());
    return ExitCodeOf(plan.status());
  }
  for (const std::string& warning : plan->warnings) context.console.Message("warning: " + warning);
  if (context.format == OutputFormat::kJson) {
    context.console.Line(JobGraphToJson(plan->graph));
  } else {
    context.console.Raw(JobGraphToTree(plan->graph));
  }
  return kExitDone;
}

}  // namespace penstock
