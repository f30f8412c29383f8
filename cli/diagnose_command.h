#pragma once

#include <string>

#include "cli/command_context.h"

namespace penstock {

/// Values of `penstock diagnose`.
struct DiagnoseRequest {
  std::string job;   ///< Only this one; empty: the newest ones.
  std::string file;  ///< Empty: penstock-diagnose-<time>.tar.gz in the current directory.
};

/// Collects what is needed to understand a problem into one .tar.gz: what the coordinator tells,
/// else what this machine has. What can't be had is noted in the archive and is no failure.
int Diagnose(const CommandContext& context, const DiagnoseRequest& request);

}  // namespace penstock
