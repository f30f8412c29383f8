#pragma once

#include "common/config/configuration.h"
#include "worker/agent/worker.h"

namespace penstock {

/// The process `penstock worker`: serves until SIGTERM or SIGINT, then ends its task hosts and
/// returns OK; or until the coordinator refuses it, with the reason. Call it before other threads
/// are started, because it blocks those signals. `options.on_left` is not used.
Status WorkerMain(const Configuration& configuration, WorkerOptions options);

}  // namespace penstock
