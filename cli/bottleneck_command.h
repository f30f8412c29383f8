#pragma once

#include <string>

#include <boost/json/value.hpp>

#include "cli/command_context.h"

namespace penstock {

/// What slows a job down and what holds its watermark, for people; `answer` is that of
/// GET /jobs/:job/bottleneck.
std::string DescribeBottleneck(const boost::json::value& answer);

/// `penstock bottleneck`. Returns the exit code: done, also when there is none.
int ShowBottleneck(const CommandContext& context, const std::string& job);

}  // namespace penstock
