#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command_context.h"
#include "cli/exit_code.h"
#include "common/clock.h"

namespace penstock {

/// Which jobs `list` shows; all false means running and waiting ones.
struct ListFilter {
  bool running = false;
  bool scheduled = false;
  bool all = false;
};

/// Of a job's state, as the coordinator names it.
bool HasEnded(std::string_view state);

// Each returns the command's exit code, having printed its own errors.
int ListJobs(const CommandContext& context, const ListFilter& filter);
int CancelJob(const CommandContext& context, const std::string& job);
int ShowCheckpoints(const CommandContext& context, const std::string& job);
int ShowWorkers(const CommandContext& context);

/// `penstock wait`; `timeout` as a configuration duration, empty: for ever.
int AwaitJob(const CommandContext& context, const std::string& job, const std::string& timeout);

/// Waits until the job has ended, showing progress; `timeout` none: for ever.
int WaitForJob(const CommandContext& context, const RestClient& rest, const std::string& job,
               std::optional<std::chrono::milliseconds> timeout);

}  // namespace penstock
