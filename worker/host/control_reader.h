#pragma once

#include <thread>

#include "wire/message_pipe.h"
#include "worker/host/host_inbox.h"
#include "worker/host/host_inspector.h"

namespace penstock {

/// Reads commands on a thread that user code cannot block; queries go to the inspector, all else to
/// the inbox. At the end of the stream, or when it is
/// damaged, the process ends at once: a task host never outlives its worker. After CancelTasks it
/// ends within a second, whatever user code does.
class ControlReader {
 public:
  /// All outlive the process's other threads.
  ControlReader(MessagePipe& pipe, HostInbox& inbox, HostInspector& inspector)
      : pipe_(pipe), inbox_(inbox), inspector_(inspector) {}

  /// The thread runs until the process ends.
  void Start();

 private:
  void Run();
  void EndSoon();

  MessagePipe& pipe_;
  HostInbox& inbox_;
  HostInspector& inspector_;
};

}  // namespace penstock
