#pragma once

#include <string>

#include "cli/command_context.h"

namespace penstock {

/// Values of `penstock logs`. Exactly one of job, worker and coordinator is given.
struct LogRequest {
  std::string job;
  std::string worker;  ///< Its id, or the beginning of it.
  bool coordinator = false;
  std::string file;   ///< Of the worker or coordinator; empty: its own log.
  bool list = false;  ///< The names of the files instead.
  bool follow = false;
};

/// Shows the story of a job, or a log file; followed until the job has ended or the user
/// interrupts. Returns the exit code.
int ShowLogs(const CommandContext& context, const LogRequest& request);

}  // namespace penstock
