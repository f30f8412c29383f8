#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/ids.h"
#include "common/status.h"
#include "wire/query.h"

namespace penstock {

/// Queries that workers have not answered yet. Each is ended exactly once: by its answer, by the
/// loss of its worker, or when its time is up. Coordinator thread only.
class PendingQueries {
 public:
  using Done = std::function<void(Result<std::string>)>;

  QueryId Begin(WorkerId worker, Done done);
  /// Unknown ones, such as late answers, are ignored; so is one from another worker.
  void OnAnswer(WorkerId worker, const QueryAnswer& answer);
  void OnWorkerLost(WorkerId worker);
  void OnTimeout(QueryId id);

  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    WorkerId worker;
    Done done;
  };
  void End(QueryId id, Result<std::string> outcome);

  QueryId last_;
  std::map<QueryId, Waiting> waiting_;
};

}  // namespace penstock
