#pragma once

#include <string>

#include "cli/command_context.h"

namespace penstock {

/// `penstock config get`: the options in force, all or those whose key starts with `prefix`.
int ShowConfiguration(const CommandContext& context, const std::string& prefix, bool show_origin);
/// `penstock config reference`: every option as a Markdown table; docs/configuration.md is its
/// output.
int ShowOptionReference(const CommandContext& context);

}  // namespace penstock
