#pragma once

#include <string>

#include "cli/command_context.h"

namespace penstock {

/// The address of the web UI, with the token behind '#', which a browser keeps to itself.
std::string DashboardUrl(const CommandContext& context);

/// `penstock dashboard`: prints it; with `open` also has the desktop's browser show it. Returns the
/// exit code: not done when nothing answers there.
int ShowDashboard(const CommandContext& context, bool open);

}  // namespace penstock
