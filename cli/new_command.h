#pragma once

#include <string>
#include <string_view>

#include "cli/command_context.h"

namespace penstock {

/// Values of `penstock new`.
struct NewJobRequest {
  std::string name;
  std::string directory;  ///< Empty: one of that name, here.
};

/// OK for what can be the name of a job, a file and a CMake target.
Status CheckJobName(std::string_view name);

/// Writes the project of a new job and says what to do next; returns the exit code. Refuses a
/// directory that has something in it.
int NewJob(const CommandContext& context, const NewJobRequest& request);

}  // namespace penstock
