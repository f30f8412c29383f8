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
  // What it starts from.
  std::string savepoint;   ///< Path or URI of a savepoint or checkpoint; empty: from the beginning.
  std::string claim_mode;  ///< Empty: the configured one.
  bool allow_non_restored_state = false;
  bool accept_duplicates = false;
  std::vector<std::string> uid_mappings;  ///< Each "old=new".
};

/// `penstock run`: submits a job and, unless detached, waits for its end.
int RunJob(const CommandContext& context, const CliHooks& hooks, const RunRequest& request);

/// `penstock info`: prints the plan without submitting anything; needs no coordinator.
int ShowPlan(const CommandContext& context, const RunRequest& request);

}  // namespace penstock
