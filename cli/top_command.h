#pragma once

#include "cli/command_context.h"

namespace penstock {

/// `penstock top`: shows cluster and jobs on the whole terminal until the user quits; with `once`,
/// or without a terminal, prints one table. Returns the exit code.
int RunTop(const CommandContext& context, bool once);

}  // namespace penstock
