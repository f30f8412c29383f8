#pragma once

namespace penstock {

/// Main of a task host process. Over the inherited socket at `control_fd` it receives one
/// HostSetup, then HostCommands, and sends HostEvents (wire/message_pipe.h). Ends the process: code
/// 0 after the final checkpoint and after CancelTasks, 1 after a failure, which has been reported
/// by HostFailed. When the socket is closed the process ends at once.
[[noreturn]] int TaskHostMain(int control_fd);

}  // namespace penstock
