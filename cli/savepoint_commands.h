#pragma once

#include <string>
#include <string_view>

#include "cli/command_context.h"

namespace penstock {

struct SavepointRequest {
  std::string job;
  std::string directory;  ///< Path or URI; empty: the configured one.
  std::string dispose;    ///< Path or URI of a savepoint to delete, instead.
};

struct StopRequest {
  std::string job;
  std::string directory;  ///< As above; without any the job ends without a savepoint.
  bool drain = false;
};

// Each returns the command's exit code, having printed its own errors.

/// Takes a savepoint and waits for it, or deletes one.
int TakeSavepoint(const CommandContext& context, const SavepointRequest& request);
int TakeCheckpoint(const CommandContext& context, const std::string& job);
/// Ends the job's sources, takes a final checkpoint, commits; waits until it has FINISHED.
int StopJob(const CommandContext& context, const StopRequest& request);

/// What a user names relative to where they are, for a coordinator that is elsewhere. URIs stay.
std::string AbsoluteLocation(std::string_view location);

}  // namespace penstock
