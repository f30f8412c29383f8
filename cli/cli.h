#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/config/configuration.h"
#include "common/status.h"

namespace penstock {

/// A coordinator and a worker on threads of this process, for `run --local`. Stops when destroyed.
class LocalCluster {
 public:
  virtual ~LocalCluster() = default;
  /// "http://127.0.0.1:43121".
  virtual std::string rest_url() const = 0;
  virtual std::string token() const = 0;
};

/// What the command line needs of the rest of the binary, which it may not include.
struct CliHooks {
  std::function<int(const Configuration&)> run_coordinator;
  std::function<int(const Configuration&)> run_worker;
  std::function<Result<std::unique_ptr<LocalCluster>>(const Configuration&)> start_local;
};

/// Parses the command line and runs the command; returns the process's exit code.
int RunCli(int argc, char** argv, const CliHooks& hooks);

}  // namespace penstock
