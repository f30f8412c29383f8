#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/file_system.h"
#include "common/status.h"
#include "common/timestamp.h"
#include "connectors/procfs/procfs_parser.h"

namespace penstock {

/// One value of one thing that is measured.
struct MetricSample {
  Timestamp time;
  std::string metric;    ///< "cpu.percent"; all of them: connectors/README.md.
  std::string instance;  ///< "cpu0", "sda", "eth0", "name[pid]"; empty for the host as a whole.
  double value = 0;
};

/// What /proc said at one time.
struct HostReading {
  std::vector<CpuTimes> cpus;
  std::optional<MemoryUse> memory;
  std::optional<std::vector<double>> load;
  std::vector<DiskCounters> disks;
  std::vector<NetworkCounters> interfaces;
  std::vector<ProcessTimes> processes;  ///< By pid.
};

/// Reads what is there: a file that is missing gives nothing. Processes only if wanted, since each
/// has a file of its own. An error when `root` is no procfs at all.
Result<HostReading> ReadHost(FileSystem& fs, const std::string& root, bool with_processes);

/// How values are made from counters.
struct SampleOptions {
  Timestamp time;
  std::chrono::nanoseconds elapsed{0};  ///< Between the two readings.
  double ticks_per_second = 100;
  std::size_t top = 0;  ///< Processes with the most processor time.
};

/// Levels of `now`, and rates since `before`; counters that have gone back (a device was replaced)
/// give none.
std::vector<MetricSample> Compare(const HostReading& before, const HostReading& now,
                                  const SampleOptions& options);

}  // namespace penstock
