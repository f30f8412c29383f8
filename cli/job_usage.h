#pragma once

#include <string>

#include "cli/run_command.h"

namespace penstock {

/// Removes --help or -h from what follows the plugin of a command that takes one (run, info,
/// validate), where it asks for the job's arguments; false when there is none. `words` are those of
/// main.
bool TakeJobHelp(std::vector<char*>& words);

/// Prints the arguments of a job and then `options`, the help of the command itself. Needs no
/// coordinator. Returns the exit code.
int ShowJobUsage(const CommandContext& context, const RunRequest& request,
                 const std::string& command, const std::string& options);

}  // namespace penstock
