#pragma once

#include <string>

#include "cli/run_command.h"

namespace penstock {

/// What `penstock validate` is asked. The options may also stand behind the plugin, among the
/// job's arguments, where they are taken out.
struct ValidateRequest {
  std::string against;  ///< Path of a savepoint or checkpoint.
  bool allow_non_restored = false;
  std::string uid_mapping;  ///< "old=new,old2=new2"
};

/// `penstock validate`: prints whether the job can begin with the state of a savepoint; kExitDone
/// when it can, kExitFailed when it can't.
int ValidateJob(const CommandContext& context, RunRequest job, ValidateRequest request);

}  // namespace penstock
