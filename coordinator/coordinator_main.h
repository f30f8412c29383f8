#pragma once

#include "common/config/configuration.h"
#include "common/status.h"

namespace penstock {

/// The process `penstock coordinator`: serves until SIGTERM, SIGINT or DELETE /cluster, then
/// returns OK; or returns why it cannot start. Call it before other threads are started, because it
/// blocks those signals.
Status CoordinatorMain(const Configuration& configuration);

}  // namespace penstock
