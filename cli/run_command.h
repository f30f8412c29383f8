#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "cli/command_context.h"

namespace penstock {

struct RunRequest {
  std::string plugin;                  ///< Path of the job's .so.
  std::vector<std::string> arguments;  ///< What follows it: for the job.
  std::optional<unsigned> parallelism;
  std::string name;  ///< Replaces the job's own; empty: keep it.
  bool detached = false;
  bool local = false;
};

/// `penstock run`: submits a job and, unless detached, waits for its end.
int RunJob(const CommandContext& context, const CliHooks& hooks, const RunRequest& request);

/// `penstock info`: prints the plan without submitting anything; needs no coordinator.
int ShowPlan(const CommandContext& context, const RunRequest& request);

}  // namespace penstock
