#pragma once

#include "cli/command_context.h"

namespace penstock {

/// `penstock cluster supervise`: runs a coordinator and `workers` workers as children until SIGTERM
/// or SIGINT, and starts again those that die: the first time at once, then after growing pauses up
/// to 5 s. Returns the exit code.
int RunSupervisor(const CommandContext& context, unsigned workers);

}  // namespace penstock
