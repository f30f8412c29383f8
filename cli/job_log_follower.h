#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/command_context.h"
#include "cli/log_cursor.h"

namespace penstock {

/// Follows the events of a job and what its task hosts print, line by line.
class JobLogFollower {
 public:
  JobLogFollower(const CommandContext& context, const RestClient& rest, std::string job)
      : context_(context), rest_(rest), job_(std::move(job)) {}

  /// Prints what is new. The job's state; kUnavailable while there is no coordinator.
  Result<std::string> Step();

 private:
  struct Host {
    LogCursor cursor;
    std::string name;  ///< Stands before its lines.
    std::string line;  ///< Begun, but not ended yet.
  };

  Result<std::string> PrintEvents();
  void FindHosts(bool first);
  void PrintHost(Host& host);

  const CommandContext& context_;
  const RestClient& rest_;
  const std::string job_;
  std::int64_t last_event_ = 0;
  bool begun_ = false;
  std::map<std::string, Host> hosts_;  // by path of their logs
};

}  // namespace penstock
