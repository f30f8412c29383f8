#pragma once

#include "cli/command_context.h"

namespace penstock {

// A local cluster is one supervisor process, which starts a coordinator and some workers and starts
// again what dies. Its files are in penstock.data-dir: cluster.json (who runs), logs/.

/// Starts the supervisor in the background and returns when all workers are registered.
int StartCluster(const CommandContext& context, unsigned workers);
/// Ends the supervisor and all its processes; jobs stay and resume at the next start.
int StopCluster(const CommandContext& context);
int ShowCluster(const CommandContext& context);

}  // namespace penstock
