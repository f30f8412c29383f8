#pragma once

#include "cli/run_command.h"

namespace penstock {

/// `penstock validate`: prints whether the job can begin with the state of a savepoint; kExitDone
/// when it can, kExitFailed when it can't. `--against PATH` may also stand among the job's
/// arguments, from where it is taken out.
int ValidateJob(const CommandContext& context, RunRequest job);

}  // namespace penstock
