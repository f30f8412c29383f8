#pragma once

#include <memory>

#include "cli/cli.h"
#include "common/config/configuration.h"
#include "common/status.h"

namespace penstock {

/// Starts a coordinator and a worker on threads of this process, on free loopback ports and in a
/// temporary directory that goes with them; task hosts are processes of their own as always. Ready
/// when the worker is registered is not waited for: a job waits for its slots.
Result<std::unique_ptr<LocalCluster>> StartLocalCluster(const Configuration& config);

}  // namespace penstock
