#include "coordinator/coordinator_main.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/logging.h"
#include "common/process.h"
#include "common/stacks/crash_report.h"
#include "common/stacks/named_thread.h"
#include "coordinator/coordinator.h"

namespace penstock {
namespace {

/// SIGTERM and SIGINT as a readable descriptor; they stay blocked.
UniqueFd BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return UniqueFd(signalfd(-1, &signals, SFD_CLOEXEC));
}

/// Clients of the REST API and workers take a descriptor each; most shells allow 1024 only.
void RaiseDescriptorLimit() {
  constexpr rlim_t kWanted = 16 << 10;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kWanted) return;
  limit.rlim_cur = std::min(kWanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);  // if not: fewer connections, which the server knows of
}

}  // namespace

Status CoordinatorMain(const Configuration& configuration) {
  const NamedThread name("main");
  PENSTOCK_RETURN_IF_ERROR(InstallCrashHandler());
  RaiseDescriptorLimit();
  const UniqueFd signals = BlockSignals();
  const UniqueFd asked(eventfd(0, EFD_CLOEXEC));
  if (!signals || !asked) {
    return Status::External(std::string("cannot wait for signals: ") + std::strerror(errno));
  }
  CoordinatorOptions options;
  options.on_shutdown = [fd = asked.get()] {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(fd, &one, sizeof(one));
  };
  Coordinator coordinator(configuration, std::move(options), PosixFileSystem(),
                          SystemClock::Instance());
  PENSTOCK_RETURN_IF_ERROR(coordinator.Start());
  pollfd fds[] = {{signals.get(), POLLIN, 0}, {asked.get(), POLLIN, 0}};
  while (poll(fds, 2, -1) < 0 && errno == EINTR) {
  }
  LogInfo("asked to end");
  coordinator.Stop();
  return {};
}

}  // namespace penstock
