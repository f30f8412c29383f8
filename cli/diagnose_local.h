#pragma once

#include <string>

#include "cli/command_context.h"
#include "cli/diagnose_report.h"

namespace penstock {

/// What this machine knows without asking the coordinator: version, configuration in force, the
/// local cluster's processes, the machine. Adds files under local/.
void AddLocalFacts(const CommandContext& context, DiagnoseReport& report);

/// The ends of the newest logs in <penstock.data-dir>/logs, under local/logs/.
void AddLocalLogs(const CommandContext& context, DiagnoseReport& report);

}  // namespace penstock
