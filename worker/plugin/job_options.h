#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/config/configuration.h"
#include "graph/planner_messages.h"

namespace penstock {

/// Options as a job's code sets them, in that order; a later one replaces an earlier one.
using CodeOptions = std::vector<std::pair<std::string, std::string>>;

/// Those of `options` that are right go into `config`, over what is there, and into the result, by
/// key. All others become problems: unknown, not a job's, or with a value that isn't valid.
std::map<std::string, std::string> ApplyOptions(const CodeOptions& options, Configuration& config,
                                                std::vector<PlanProblem>& problems);

}  // namespace penstock
