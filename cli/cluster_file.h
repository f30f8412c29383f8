#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

/// A process of a local cluster, as its supervisor last saw it.
struct ClusterProcess {
  std::string role;  ///< "coordinator", "worker-1", …
  pid_t pid = 0;
  unsigned restarts = 0;
};

/// Content of <data-dir>/cluster.json; written by the supervisor only.
struct ClusterFile {
  pid_t supervisor = 0;
  std::string rest_url;
  std::vector<ClusterProcess> processes;
};

/// As it is written.
boost::json::value ClusterFileToJson(const ClusterFile& file);

std::string ClusterFilePath(const std::string& data_directory);
Status WriteClusterFile(FileSystem& fs, const std::string& data_directory, const ClusterFile& file);
/// None when there is no file, or the supervisor that wrote it is not alive.
Result<std::optional<ClusterFile>> ReadClusterFile(FileSystem& fs,
                                                   const std::string& data_directory);

}  // namespace penstock
