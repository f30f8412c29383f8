#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "cli/command_context.h"

namespace penstock {

/// Prints what a command shows, when it is asked for as JSON, YAML or names (`-o name`, one to a
/// line); false for tables, which the command makes itself. A command that shows one thing gives
/// its name, if it has one.
bool ShowValue(const CommandContext& context, const boost::json::value& value,
               const std::vector<std::string>& names = {});

/// The same value as YAML 1.2 in block style; ends with a line break.
std::string ToYaml(const boost::json::value& value);

}  // namespace penstock
