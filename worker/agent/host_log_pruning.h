#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/clock.h"

namespace penstock {

/// Which logs of ended task hosts stay: those within all of these limits.
struct HostLogRetention {
  std::uint64_t hosts = 100;
  std::uint64_t bytes = 256u << 20;
  std::chrono::milliseconds age = std::chrono::hours(168);
};

/// All files of one ended task host: its log and what of it was put aside.
struct EndedHostLog {
  std::vector<std::string> files;  ///< Names in the directory.
  std::uint64_t bytes = 0;
  Clock::WallTime last_written{};
};

/// The files that have to go: the newest logs stay, and the limits count from them.
std::vector<std::string> FilesToPrune(std::vector<EndedHostLog> logs,
                                      const HostLogRetention& retention, Clock::WallTime now);

/// The logs <job>-<host>.log in a directory that several workers may share, without those that a
/// HostLog has open and without any file of another name.
std::vector<EndedHostLog> FindEndedHostLogs(const std::string& directory);

/// Removes what is too much. Errors of the disk leave files where they are, for the next time.
void PruneHostLogs(const std::string& directory, const HostLogRetention& retention,
                   Clock::WallTime now);

}  // namespace penstock
