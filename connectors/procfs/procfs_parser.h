#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace penstock {

// What the files of Linux's /proc say (proc(5)). Pure functions of a file's content; lines and
// columns that aren't known are passed over, since kernels add to them.

/// A line of /proc/stat, in clock ticks since the machine started.
struct CpuTimes {
  std::string name;  ///< "cpu" for all together, "cpu0", …
  std::uint64_t busy = 0;
  std::uint64_t total = 0;  ///< busy, idle and waiting for disks.
  bool operator==(const CpuTimes&) const = default;
};
std::vector<CpuTimes> ParseCpuTimes(std::string_view stat);

/// Of /proc/meminfo, in bytes.
struct MemoryUse {
  std::uint64_t total = 0;
  std::uint64_t available = 0;
  std::uint64_t swap_total = 0;
  std::uint64_t swap_free = 0;
  bool operator==(const MemoryUse&) const = default;
};
/// Nothing when one of the memory's lines is missing.
std::optional<MemoryUse> ParseMemory(std::string_view meminfo);

/// The averages over 1, 5 and 15 minutes in /proc/loadavg.
std::optional<std::vector<double>> ParseLoad(std::string_view loadavg);

/// A line of /proc/diskstats, since the machine started.
struct DiskCounters {
  std::string name;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t busy_millis = 0;
  bool operator==(const DiskCounters&) const = default;
};
/// Without loop devices, memory disks and devices that were never used.
std::vector<DiskCounters> ParseDisks(std::string_view diskstats);

/// A line of /proc/net/dev, since the interface came up.
struct NetworkCounters {
  std::string name;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  bool operator==(const NetworkCounters&) const = default;
};
std::vector<NetworkCounters> ParseNetwork(std::string_view dev);

/// Of /proc/<pid>/stat.
struct ProcessTimes {
  std::uint64_t pid = 0;
  std::string name;
  std::uint64_t cpu_ticks = 0;   ///< In user code and in the kernel.
  std::uint64_t start_tick = 0;  ///< Tells processes apart that had the same pid.
  bool operator==(const ProcessTimes&) const = default;
};
/// A name may have blanks and parentheses in it.
std::optional<ProcessTimes> ParseProcess(std::string_view stat);

}  // namespace penstock
