#pragma once

#include <memory>

#include "cli/cli.h"
#include "common/config/configuration.h"
#include "common/status.h"

namespace penstock {

/// Starts a coordinator and a worker on threads of this process, on free loopback ports and in a
/// directory of their own that is removed with them; task hosts are processes as always. Does not
/// wait for the worker to register: a job waits for its slots.
Result<std::unique_ptr<LocalCluster>> StartLocalCluster(const Configuration& config);

}  // namespace penstock
