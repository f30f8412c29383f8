#pragma once

#include <string>

#include "common/log_files.h"
#include "wire/query.h"

namespace penstock {

/// Answers what is asked of the worker process itself. One thread, which may wait for a disk.
class WorkerQueries {
 public:
  /// `log_directory` need not exist yet.
  explicit WorkerQueries(std::string log_directory) : log_directory_(std::move(log_directory)) {}

  QueryAnswer Answer(QueryId id, const WorkerQuery& query) const;

 private:
  Result<std::string> Run(const ListLogs&) const;
  Result<std::string> Run(const ReadLog& query) const;
  Result<std::string> Run(const DumpWorkerStacks&) const;
  Result<std::string> Run(const AskHost&) const;

  LogFiles Logs() const {
    return {log_directory_, LogRole(log_directory_), LogFiles::Scope::kWorker};
  }

  const std::string log_directory_;
};

}  // namespace penstock
