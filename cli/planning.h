#pragma once

#include "cli/command_context.h"
#include "cli/run_command.h"
#include "graph/planner_messages.h"

namespace penstock {

/// Plans a job on this machine, with the configuration in force; submits nothing.
Result<PlannerAnswer> AskForPlan(const CommandContext& context, const RunRequest& request);

}  // namespace penstock
