#include "worker/agent/worker_main.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/logging.h"
#include "common/stacks/crash_report.h"
#include "common/stacks/named_thread.h"

namespace penstock {
namespace {

/// Task hosts are killed, not asked; one that is not gone after this is left to the kernel.
constexpr std::chrono::milliseconds kLeaveTimeout{5000};

/// SIGTERM and SIGINT as a readable descriptor; they stay blocked.
UniqueFd BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return UniqueFd(signalfd(-1, &signals, SFD_CLOEXEC));
}

/// The end of a worker, told by one of its threads to the main one.
struct Departure {
  UniqueFd event{eventfd(0, EFD_CLOEXEC)};
  Status reason;  // written before `event`

  void Tell(Status status) {
    reason = std::move(status);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(event.get(), &one, sizeof(one));
  }
};

/// Waits for either; true when the worker has left.
bool AwaitDeparture(const Departure& departure, int signals, int timeout) {
  pollfd fds[] = {{departure.event.get(), POLLIN, 0}, {signals, POLLIN, 0}};
  while (poll(fds, 2, timeout) < 0 && errno == EINTR) {
  }
  return fds[0].revents != 0;
}

}  // namespace

Status WorkerMain(const Configuration& configuration, WorkerOptions options) {
  const NamedThread name("main");
  PENSTOCK_RETURN_IF_ERROR(InstallCrashHandler());
  const UniqueFd signals = BlockSignals();
  Departure departure;
  if (!signals || !departure.event) {
    return Status::External(std::string("cannot wait for signals: ") + std::strerror(errno));
  }
  options.on_left = [&departure](Status reason) { departure.Tell(std::move(reason)); };

  Worker worker(configuration, std::move(options), PosixFileSystem());
  PENSTOCK_RETURN_IF_ERROR(worker.Start());
  if (!AwaitDeparture(departure, signals.get(), -1)) {
    LogInfo("asked to end");
    worker.RequestLeave();
    AwaitDeparture(departure, -1, static_cast<int>(kLeaveTimeout.count()));
  }
  worker.Stop();
  return departure.reason;
}

}  // namespace penstock
