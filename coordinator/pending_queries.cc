#include "coordinator/pending_queries.h"

#include <utility>

namespace penstock {

QueryId PendingQueries::Begin(WorkerId worker, Done done) {
  last_ = last_.Next();
  waiting_.emplace(last_, Waiting{worker, std::move(done)});
  return last_;
}

void PendingQueries::OnAnswer(WorkerId worker, const QueryAnswer& answer) {
  const auto found = waiting_.find(answer.id);
  if (found == waiting_.end() || found->second.worker != worker) return;
  End(answer.id, answer.status.ok() ? Result<std::string>(answer.text) : answer.status);
}

void PendingQueries::OnWorkerLost(WorkerId worker) {
  std::vector<QueryId> lost;
  for (const auto& [id, query] : waiting_) {
    if (query.worker == worker) lost.push_back(id);
  }
  for (const QueryId id : lost) End(id, Status::Unavailable("the worker was lost"));
}

void PendingQueries::OnTimeout(QueryId id) {
  End(id, Status::Error(ErrorDomain::kExternal, ErrorCode::kTimeout,
                        "the worker has not answered in time"));
}

void PendingQueries::End(QueryId id, Result<std::string> outcome) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  const Done done = std::move(found->second.done);
  waiting_.erase(found);  // before it is told: that may begin others
  done(std::move(outcome));
}

}  // namespace penstock
