#pragma once

namespace penstock {

/// From now on SIGINT and SIGTERM only set a flag, so that a command can end in order.
void CatchInterrupts();
bool Interrupted();

}  // namespace penstock
