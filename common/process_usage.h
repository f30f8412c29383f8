#pragma once

#include <cstdint>

namespace penstock {

/// What a process has used and uses of the machine.
struct ProcessUsage {
  std::uint64_t cpu_millis = 0;  ///< Of all its threads since its start.
  std::uint64_t resident_bytes = 0;
  std::uint64_t threads = 0;
};

/// All zero when the process has ended.
ProcessUsage UsageOf(int pid);
ProcessUsage UsageOfThisProcess();

}  // namespace penstock
