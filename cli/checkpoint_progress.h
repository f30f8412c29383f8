#pragma once

#include <string>

#include <boost/json/value.hpp>

#include "cli/command_context.h"

namespace penstock {

/// What the checkpoint in flight waits for, such as "checkpoint 7: 3 of 8 tasks acknowledged,
/// 1.2 GiB"; empty when there is none. `checkpoints` is the answer of GET /jobs/:job/checkpoints.
std::string CheckpointProgress(const boost::json::value& checkpoints);

/// The same of a job, asked for; empty when nobody would see it, or the answer fails.
std::string CheckpointProgress(const CommandContext& context, const RestClient& rest,
                               const std::string& job);

}  // namespace penstock
