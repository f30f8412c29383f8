#pragma once

#include <cstdint>
#include <string>

#include "cli/command_context.h"

namespace penstock {

/// Values of `penstock rescale`.
struct RescaleRequest {
  std::uint32_t parallelism = 0;
  bool detached = false;
};

/// Gives a job another parallelism; unless detached waits until it runs with it. Returns the exit
/// code.
int RescaleJob(const CommandContext& context, const std::string& job,
               const RescaleRequest& request);

}  // namespace penstock
