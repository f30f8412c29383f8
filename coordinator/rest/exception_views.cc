// The part of job_views.h about failures.

#include <algorithm>

#include "coordinator/rest/job_views.h"
#include "coordinator/rest/view_parts.h"

namespace penstock {
namespace {

namespace json = boost::json;

json::value OrNull(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

/// Address of a worker whose id is a text; null when that is empty.
json::value Endpoint(const SlotPool& slots, const std::string& worker) {
  const auto id = ParseId<WorkerId>(worker);
  return id.ok() ? json::value(EndpointOf(slots, *id)) : OrNull(worker);
}

/// What Flink says of any failure.
json::object ExceptionOf(const SlotPool& slots, const std::string& message, std::int64_t millis,
                         const std::string& task, const std::string& worker) {
  const json::value endpoint = Endpoint(slots, worker);
  return {{"exceptionName", message.substr(0, message.find('\n'))},
          {"stacktrace", message},
          {"timestamp", millis},
          {"failureLabels", json::object()},
          {"taskName", OrNull(task)},
          {"endpoint", endpoint},
          {"location", endpoint},
          {"taskManagerId", OrNull(worker)}};
}

json::object RootOf(const SlotPool& slots, const JobFailure& failure) {
  json::object root =
      ExceptionOf(slots, failure.message, failure.wall_millis, failure.task, failure.worker);
  if (!failure.stack.empty()) root["stacktrace"] = failure.message + "\n" + failure.stack;
  root["operator"] = OrNull(failure.operator_name);
  root["attempt"] =
      failure.generation.value() == 0 ? json::value() : json::value(AttemptOf(failure.generation));
  root["hint"] = failure.hint;
  json::array followed;
  for (const JobConsequence& later : failure.followed_by) {
    followed.push_back(ExceptionOf(slots, later.message,
                                   later.wall_millis != 0 ? later.wall_millis : failure.wall_millis,
                                   later.task, later.worker));
  }
  root["concurrentExceptions"] = std::move(followed);
  return root;
}

json::object OldFormOf(const SlotPool& slots, const JobFailure& failure) {
  const std::string endpoint =
      failure.worker.empty() ? "" : std::string(Endpoint(slots, failure.worker).as_string());
  return {{"exception", failure.message},
          {"task", failure.task},
          {"location", endpoint},
          {"endpoint", endpoint},
          {"taskManagerId", failure.worker},
          {"timestamp", failure.wall_millis}};
}

}  // namespace

json::object JobExceptions(const JobMaster& job, const SlotPool& slots, std::size_t most) {
  const auto& failures = job.progress().failures;
  const std::size_t shown = std::min(most, failures.size());
  const bool truncated = shown < failures.size() || failures.size() == JobProgress::kFailures;
  json::array entries;
  json::array all;
  for (std::size_t i = 0; i < shown; ++i) {
    entries.push_back(RootOf(slots, failures[i]));
    all.push_back(OldFormOf(slots, failures[i]));
  }
  json::object answer{{"root-exception", nullptr},
                      {"timestamp", nullptr},
                      {"all-exceptions", std::move(all)},
                      {"truncated", truncated},
                      {"exceptionHistory",
                       json::object{{"entries", std::move(entries)}, {"truncated", truncated}}}};
  if (!failures.empty()) {
    answer["root-exception"] = failures.front().message;
    answer["timestamp"] = failures.front().wall_millis;
  }
  return answer;
}

}  // namespace penstock
