#pragma once

#include <cstdint>
#include <string>

#include "cli/command_context.h"

namespace penstock {

/// Values of `penstock events`.
struct EventRequest {
  std::int64_t since = 0;  ///< Number of an event; only later ones are shown.
  bool follow = false;     ///< Go on until the job has ended.
};

/// Shows the event log of a job; followed as JSON, YAML or names one event at a time. Returns the
/// exit code: that of the job's end is of no concern here.
int ShowEvents(const CommandContext& context, const std::string& job, const EventRequest& request);

}  // namespace penstock
