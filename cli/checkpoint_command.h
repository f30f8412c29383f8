#pragma once

#include <string>

#include "cli/command_context.h"

namespace penstock {

/// Shows one checkpoint: its sizes, and where each subtask's time went. Returns the exit code.
int ShowCheckpoint(const CommandContext& context, const std::string& job,
                   const std::string& checkpoint);

}  // namespace penstock
