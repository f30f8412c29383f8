#include "worker/host/memory_limit.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include <fmt/format.h>

namespace penstock {
namespace {

std::string Mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

std::string Breakdown(const MemoryShares& shares, const MemoryUse& use) {
  const std::uint64_t accounted = use.exchange + use.tables + use.cache;
  return fmt::format(
      "of {} the exchange takes {} (share {}), state {} in tables and {} in caches (share {}), "
      "user code and the rest {} (share {}); resident {}",
      Mebibytes(shares.total), Mebibytes(use.exchange), Mebibytes(shares.exchange()),
      Mebibytes(use.tables), Mebibytes(use.cache), Mebibytes(shares.state()),
      Mebibytes(use.resident - std::min(use.resident, accounted)), Mebibytes(shares.user()),
      Mebibytes(use.resident));
}

}  // namespace

Status CheckStateMemory(const MemoryShares& shares, const MemoryUse& use) {
  const std::uint64_t state = use.tables + use.cache;
  if (shares.total == 0 || state <= shares.state()) return Status::Ok();
  return Status::User(
      ErrorCode::kResourceExhausted,
      fmt::format("the state of this task host takes {}, more than its share of "
                  "{} of worker.memory: {}",
                  Mebibytes(state), Mebibytes(shares.state()), Breakdown(shares, use)),
      "raise worker.memory, spread the job over more workers, or keep less state");
}

Status CheckResidentMemory(const MemoryShares& shares, const MemoryUse& use) {
  if (shares.total == 0 || use.resident <= shares.total) return Status::Ok();
  return Status::User(
      ErrorCode::kResourceExhausted,
      fmt::format("this task host has {} resident, more than its share of {} of worker.memory: {}",
                  Mebibytes(use.resident), Mebibytes(shares.total), Breakdown(shares, use)),
      "raise worker.memory, lower taskmanager.numberOfTaskSlots, or find what the job's code "
      "keeps allocated");
}

std::uint64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace penstock
