#pragma once

#include "wire/message_pipe.h"
#include "wire/messages.h"
#include "worker/task/record_taps.h"
#include "worker/task/serial_executor.h"

namespace penstock {

/// Answers what is asked of a task host, on threads of its own, so that a task that is stuck does
/// not keep anybody from seeing where. What takes a while has a thread to itself.
class HostInspector {
 public:
  /// Both outlive the process's other threads.
  HostInspector(MessagePipe& pipe, RecordTaps& taps) : pipe_(pipe), taps_(taps) {}

  /// The threads run until the process ends.
  void Start();
  /// Any thread; does not wait.
  void Ask(AskedOfHost asked);

 private:
  Result<std::string> Run(const DumpStacks& query);
  Result<std::string> Run(const SampleStacks& query);
  Result<std::string> Run(const TailRecords& query) { return taps_.Tail(query); }

  MessagePipe& pipe_;
  RecordTaps& taps_;
  SerialExecutor quick_{"inspector"};
  SerialExecutor slow_{"sampler"};
};

}  // namespace penstock
