#include "worker/agent/worker_queries.h"

#include "common/stacks/stack_dump.h"
#include "wire/log_answers.h"

namespace penstock {

QueryAnswer WorkerQueries::Answer(QueryId id, const WorkerQuery& query) const {
  Result<std::string> text = std::visit([this](const auto& what) { return Run(what); }, query);
  if (!text.ok()) return {id, text.status(), ""};
  return {id, Status::Ok(), std::move(text).value()};
}

Result<std::string> WorkerQueries::Run(const ListLogs&) const {
  return AnswerFrom(Logs(), ListLogs{});
}

Result<std::string> WorkerQueries::Run(const ReadLog& query) const {
  return AnswerFrom(Logs(), query);
}

Result<std::string> WorkerQueries::Run(const AskHost&) const {
  return Status::Internal("a query to a task host has come to its worker");
}

Result<std::string> WorkerQueries::Run(const DumpWorkerStacks&) const {
  return StacksText(TakeStacks(ListThreads()));
}

}  // namespace penstock
