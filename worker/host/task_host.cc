#include "worker/host/task_host.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "common/clock.h"
#include "common/config/configuration.h"
#include "common/config/options.h"
#include "common/file_system.h"
#include "common/logging.h"
#include "common/stacks/crash_report.h"
#include "common/stacks/named_thread.h"
#include "common/stacks/stack_signal.h"
#include "wire/message_pipe.h"
#include "worker/host/control_reader.h"
#include "worker/host/host_inbox.h"
#include "worker/host/host_inspector.h"
#include "worker/host/host_session.h"
#include "worker/task/record_taps.h"

namespace penstock {
namespace {

Result<HostSetup> ReceiveSetup(MessagePipe& pipe) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::optional<std::string> message, pipe.Read());
  if (!message) return Status::Unavailable("the worker is gone");
  return DecodeHostSetup(*message);
}

void StartLogging(const HostSetup& setup) {
  const auto config = Configuration::FromMap(setup.job.configuration);
  if (!config.ok()) return;
  LoggingOptions logging;
  logging.level = config->Get(options::kLogLevel);
  logging.format = config->Get(options::kLogFormat);
  if (const Status started = InitLogging(logging); !started.ok()) {
    LogWarn("logging is not as configured", {{"error", started}});
  }
}

/// Without destructors: the plugin's code may still be running.
[[noreturn]] void EndProcess(int code) {
  std::fflush(nullptr);
  ::_exit(code);
}

}  // namespace

int TaskHostMain(int control_fd) {
  const NamedThread name("main");
  ::signal(SIGPIPE, SIG_IGN);
  for (const Status& watched : {InstallCrashHandler(), InstallStackSignal()}) {
    if (!watched.ok()) LogWarn("stacks will be missing", {{"error", watched}});
  }
  MessagePipe pipe{UniqueFd(control_fd)};
  Result<HostSetup> setup = ReceiveSetup(pipe);
  if (!setup.ok()) {
    LogError("task host has not been set up", {{"error", setup.status()}});
    EndProcess(1);
  }
  StartLogging(*setup);
  HostInbox inbox;
  RecordTaps taps;
  HostInspector inspector(pipe, taps);
  inspector.Start();
  ControlReader reader(pipe, inbox, inspector);
  reader.Start();
  HostSession session(std::move(*setup), pipe, inbox, PosixFileSystem(), SystemClock::Instance(),
                      taps);
  EndProcess(session.Run());
}

}  // namespace penstock
