#include "worker/host/memory_limit.h"

#include <unistd.h>

#include <fstream>
#include <string>

#include <fmt/format.h>

namespace penstock {
namespace {

std::string Mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

}  // namespace

Status CheckStateMemory(const MemoryShares& shares, std::uint64_t state_bytes,
                        std::uint64_t resident_bytes) {
  if (shares.total == 0 || state_bytes <= shares.state()) return Status::Ok();
  return Status::User(
      ErrorCode::kResourceExhausted,
      fmt::format("the state of this task host takes {}, more than its share of {}; of its {} of "
                  "worker.memory the exchange may take {}, and the process has {} resident in all",
                  Mebibytes(state_bytes), Mebibytes(shares.state()), Mebibytes(shares.total),
                  Mebibytes(shares.exchange()), Mebibytes(resident_bytes)),
      "raise worker.memory, spread the job over more workers, or keep less state");
}

std::uint64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace penstock
