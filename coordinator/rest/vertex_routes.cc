// Routes about the tasks of a job and their subtasks.

#include <charconv>

#include "coordinator/rest/job_views.h"
#include "coordinator/rest/json_body.h"
#include "coordinator/rest/rest_service.h"
#include "coordinator/rest/vertex_views.h"
#include "coordinator/rest/view_parts.h"

namespace penstock {
namespace {

namespace json = boost::json;

template <typename Number>
Result<Number> ParseNumber(const std::string& text, const char* what) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && rest == end) return number;
  return Status::InvalidArgument("'" + text + "' is not the number of " + what,
                                 "give a number from 0");
}

/// The attempt that the path names.
Result<SubtaskAttempt> AttemptByPath(const JobMaster& job, const RestCall& call) {
  PENSTOCK_ASSIGN_OR_RETURN(const VertexId vertex,
                            ParseVertexId(job.graph(), call.Parameter("vertex")));
  PENSTOCK_ASSIGN_OR_RETURN(const auto index,
                            ParseNumber<std::uint32_t>(call.Parameter("subtask"), "a subtask"));
  std::optional<std::uint64_t> number;
  if (call.parameters.contains("attempt")) {
    PENSTOCK_ASSIGN_OR_RETURN(number,
                              ParseNumber<std::uint64_t>(call.Parameter("attempt"), "an attempt"));
  }
  return FindAttempt(job, {vertex, index}, number);
}

/// Jobs have no accumulators; clients of Flink find them empty.
json::object SubtasksAccumulators(const JobMaster& job, const SlotPool& slots, VertexId vertex) {
  json::array subtasks;
  for (const Execution& execution : job.executions().Of(vertex)) {
    const std::string endpoint = EndpointOf(slots, execution.worker);
    subtasks.push_back(json::object{{"subtask", execution.subtask.index},
                                    {"attempt", job.executions().attempt()},
                                    {"endpoint", endpoint},
                                    {"host", endpoint},
                                    {"user-accumulators", json::array()}});
  }
  return {{"id", VertexIdText(vertex)},
          {"parallelism", job.graph().vertex(vertex).parallelism},
          {"subtasks", std::move(subtasks)}};
}

json::object AttemptAccumulators(const SubtaskAttempt& attempt) {
  return {{"subtask", attempt.execution->subtask.index},
          {"attempt", attempt.number},
          {"id", ToString(attempt.execution->host)},
          {"user-accumulators", json::array()}};
}

}  // namespace

void RestService::AddVertexRoutes() {
  const auto add = [this](const std::string& path, auto view) {
    AddVertexView("/jobs/:job/vertices/:vertex" + path,
                  [view](const JobMaster& job, VertexId vertex, const RestCall&) {
                    return JsonResponse(view(job, vertex));
                  });
  };
  add("", [this](const JobMaster& job, VertexId vertex) {
    return VertexDetail(job, dispatcher_.slots(), vertex, NowMillis());
  });
  add("/subtasktimes", [this](const JobMaster& job, VertexId vertex) {
    return VertexSubtaskTimes(job, dispatcher_.slots(), vertex, NowMillis());
  });
  add("/taskmanagers", [this](const JobMaster& job, VertexId vertex) {
    return VertexWorkers(job, dispatcher_.slots(), vertex, NowMillis());
  });
  add("/accumulators", [](const JobMaster&, VertexId vertex) {
    return json::object{{"id", VertexIdText(vertex)}, {"user-accumulators", json::array()}};
  });
  add("/subtasks/accumulators", [this](const JobMaster& job, VertexId vertex) {
    return SubtasksAccumulators(job, dispatcher_.slots(), vertex);
  });
}

void RestService::AddSubtaskRoutes() {
  const auto add = [this](const std::string& path, auto view) {
    AddJobView("/jobs/:job/vertices/:vertex/subtasks/:subtask" + path,
               [view](const JobMaster& job, const RestCall& call) {
                 const auto attempt = AttemptByPath(job, call);
                 return attempt.ok() ? JsonResponse(view(*attempt))
                                     : ErrorResponse(attempt.status());
               });
  };
  const auto detail = [this](const SubtaskAttempt& attempt) {
    return SubtaskDetail(attempt, dispatcher_.slots(), NowMillis());
  };
  add("", detail);
  add("/attempts/:attempt", detail);
  add("/attempts/:attempt/accumulators", AttemptAccumulators);
  AddJobView("/jobs/:job/timeline", [this](const JobMaster& job, const RestCall& call) {
    const std::string wanted(call.request.Query("vertex"));
    if (wanted.empty()) return JsonResponse(JobTimeline(job, std::nullopt, NowMillis()));
    const auto vertex = ParseVertexId(job.graph(), wanted);
    if (!vertex.ok()) return ErrorResponse(vertex.status());
    return JsonResponse(JobTimeline(job, *vertex, NowMillis()));
  });
}

}  // namespace penstock
