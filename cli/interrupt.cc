#include "cli/interrupt.h"

#include <atomic>
#include <csignal>

namespace penstock {
namespace {

std::atomic<bool> interrupted{false};

}  // namespace

void CatchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted.store(true); };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool Interrupted() { return interrupted.load(); }

}  // namespace penstock
