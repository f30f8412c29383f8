#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "cli/command_context.h"
#include "cli/run_command.h"
#include "common/status.h"

namespace penstock {

// What `run` and `validate` send: a plugin, then a description of the job.

/// Uploads the request's plugin; the id that the coordinator knows it by.
Result<std::string> UploadPlugin(const CommandContext& context, const RestClient& rest,
                                 const RunRequest& request);

/// The body of a submission: the request, and those options in force that are a job's.
/// InvalidArgument when what it starts from is not described completely.
Result<boost::json::object> SubmissionBody(const CommandContext& context,
                                           const RunRequest& request);

}  // namespace penstock
