#pragma once

#include <string>

#include "cli/rest_client.h"

namespace penstock {

/// Reads a log file of the cluster as it grows, also over its rotation: what was written to the
/// file that has been put aside since comes first.
class LogCursor {
 public:
  /// `directory` as in "/jobmanager/logs"; `file` is a name there.
  LogCursor(const RestClient& rest, std::string directory, std::string file)
      : rest_(&rest), directory_(std::move(directory)), file_(std::move(file)) {}

  /// Only what comes after the last `bytes` that are there now.
  Status SkipToLast(std::uint64_t bytes);
  /// What has been written since; empty when nothing has.
  Result<std::string> Next();

 private:
  Result<LogPiece> Read(const std::string& file, std::uint64_t offset) const;

  const RestClient* rest_;
  std::string directory_;
  std::string file_;
  std::uint64_t offset_ = 0;
};

}  // namespace penstock
