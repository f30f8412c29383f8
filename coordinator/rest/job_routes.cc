// Routes about jobs.

#include <charconv>

#include "coordinator/rest/job_views.h"
#include "coordinator/rest/json_body.h"
#include "coordinator/rest/rest_service.h"

namespace penstock {
namespace {

namespace json = boost::json;

Result<CheckpointId> ParseCheckpointId(const std::string& text) {
  std::uint64_t id = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, id);
  if (error == std::errc() && rest == end) return CheckpointId(id);
  return Status::InvalidArgument("'" + text + "' is not the number of a checkpoint",
                                 "'penstock checkpoints JOB' lists them");
}

/// `missing` when there is no text.
Result<std::uint64_t> ParseCount(std::string_view text, std::uint64_t missing, const char* what) {
  if (text.empty()) return missing;
  std::uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc() && rest == end) return count;
  return Status::InvalidArgument("'" + std::string(text) + "' does not say " + what,
                                 "give a number from 0");
}

HttpResponse CheckpointAnswer(const JobMaster& job, const RestCall& call) {
  const auto id = ParseCheckpointId(call.Parameter("checkpoint"));
  if (!id.ok()) return ErrorResponse(id.status());
  const auto vertex = call.parameters.find("vertex");
  const json::value detail = vertex == call.parameters.end()
                                 ? CheckpointDetail(job, *id)
                                 : CheckpointVertexDetail(job, *id, vertex->second);
  if (!detail.is_null()) return JsonResponse(detail);
  std::string what = "nothing is known of checkpoint " + ToString(*id);
  if (vertex != call.parameters.end()) what += " of vertex " + vertex->second;
  return ErrorResponse(
      Status::NotFound(what, "'penstock checkpoints " + ToString(job.spec().id) + "' lists them"));
}

Dispatcher::Done<JobId> Answer(const RestCall& call) {
  return [responder = call.responder](const Result<JobId>& done) {
    responder.Send(done.ok() ? JsonResponse(json::object(), 202) : ErrorResponse(done.status()));
  };
}

}  // namespace

void RestService::AddJobRoutes() {
  router_.Add("GET", "/jobs", [this](const RestCall& call) {
    json::array jobs;
    for (const JobMaster* job : dispatcher_.jobs()) {
      jobs.push_back(
          json::object{{"id", ToString(job->spec().id)}, {"status", ToString(job->state())}});
    }
    call.responder.Send(JsonResponse(json::object{{"jobs", std::move(jobs)}}));
  });
  router_.Add("GET", "/jobs/overview", [this](const RestCall& call) {
    json::array jobs;
    for (const JobMaster* job : dispatcher_.jobs()) {
      jobs.push_back(
          JobOverview(*job, dispatcher_.slots().WaitingFor(job->spec().id), NowMillis()));
    }
    call.responder.Send(JsonResponse(json::object{{"jobs", std::move(jobs)}}));
  });
  router_.Add("PATCH", "/jobs/:job", [this](const RestCall& call) {
    const std::string_view mode = call.request.Query("mode");
    const auto job = ParseId<JobId>(call.Parameter("job"));
    if (!job.ok()) return call.responder.Send(ErrorResponse(job.status()));
    if (!mode.empty() && mode != "cancel") {
      return call.responder.Send(ErrorResponse(Status::InvalidArgument(
          "there is no mode '" + std::string(mode) + "'", "the only mode is cancel")));
    }
    dispatcher_.Cancel(*job, Answer(call));
  });
}

void RestService::AddJobView(std::string_view pattern, JobView view) {
  router_.Add("GET", pattern, [this, view = std::move(view)](const RestCall& call) {
    const auto id = ParseId<JobId>(call.Parameter("job"));
    if (!id.ok()) return call.responder.Send(ErrorResponse(id.status()));
    const auto job = dispatcher_.FindJob(*id);
    call.responder.Send(job.ok() ? view(**job, call) : ErrorResponse(job.status()));
  });
}

void RestService::AddJobViewRoutes() {
  AddJobView("/jobs/:job", [this](const JobMaster& job, const RestCall&) {
    return JsonResponse(JobDetail(job, dispatcher_.slots().WaitingFor(job.spec().id), NowMillis()));
  });
  AddJobView("/jobs/:job/plan",
             [](const JobMaster& job, const RestCall&) { return JsonResponse(JobPlan(job)); });
  AddJobView("/jobs/:job/config",
             [](const JobMaster& job, const RestCall&) { return JsonResponse(JobConfig(job)); });
  AddJobView("/jobs/:job/exceptions", [this](const JobMaster& job, const RestCall& call) {
    const auto most = ParseCount(call.request.Query("maxExceptions"), JobProgress::kFailures,
                                 "how many exceptions there may be");
    if (!most.ok()) return ErrorResponse(most.status());
    return JsonResponse(JobExceptions(job, dispatcher_.slots(), *most));
  });
  AddJobView("/jobs/:job/execution-result", [](const JobMaster& job, const RestCall&) {
    return JsonResponse(JobExecutionResult(job));
  });
  AddJobView("/jobs/:job/accumulators", [](const JobMaster&, const RestCall&) {
    return JsonResponse(json::object{{"job-accumulators", json::array()},
                                     {"user-task-accumulators", json::array()},
                                     {"serialized-user-task-accumulators", json::object()}});
  });
  AddJobView("/jobs/:job/checkpoints", [](const JobMaster& job, const RestCall&) {
    return JsonResponse(JobCheckpoints(job));
  });
  AddJobView("/jobs/:job/checkpoints/config", [this](const JobMaster& job, const RestCall&) {
    return JsonResponse(JobCheckpointConfig(job, dispatcher_.config()));
  });
  AddJobView("/jobs/:job/checkpoints/details/:checkpoint", CheckpointAnswer);
  AddJobView("/jobs/:job/checkpoints/details/:checkpoint/subtasks/:vertex", CheckpointAnswer);
  AddJobView("/jobs/:job/status", [](const JobMaster& job, const RestCall&) {
    return JsonResponse(json::object{{"status", ToString(job.state())}});
  });
  AddJobView("/jobs/:job/events", [](const JobMaster& job, const RestCall& call) {
    const auto since = ParseCount(call.request.Query("since"), 0, "which events are known already");
    return since.ok() ? JsonResponse(JobEvents(job, *since)) : ErrorResponse(since.status());
  });
  AddJobView("/jobs/:job/logs", [](const JobMaster& job, const RestCall&) {
    HttpResponse response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = JobLogText(job);
    return response;
  });
}

}  // namespace penstock
