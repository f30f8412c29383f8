// Routes about metrics, and what follows from them.

#include <charconv>

#include "coordinator/metrics/prometheus.h"
#include "coordinator/rest/job_views.h"
#include "coordinator/rest/json_body.h"
#include "coordinator/rest/live_views.h"
#include "coordinator/rest/metric_answer.h"
#include "coordinator/rest/rest_service.h"

namespace penstock {
namespace {

namespace json = boost::json;

HttpResponse SubtasksAnswer(const VertexMetrics& metrics, const HttpRequest& request) {
  const auto subtasks = ParseNumbers(request.Query("subtasks"), metrics.parallelism());
  if (!subtasks.ok()) return ErrorResponse(subtasks.status());
  std::vector<MetricValues> values;
  for (const std::uint32_t i : *subtasks) values.push_back(ValuesOfSubtask(metrics, i));
  return AggregateAnswer(values, request);
}

HttpResponse SubtaskAnswer(const VertexMetrics& metrics, const RestCall& call) {
  const std::string& text = call.Parameter("subtask");
  std::uint32_t subtask = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, subtask);
  if (error != std::errc() || rest != end || subtask >= metrics.parallelism()) {
    return ErrorResponse(
        Status::NotFound("the vertex has no subtask " + text, "they are numbered from 0"));
  }
  return ValuesAnswer(ValuesOfSubtask(metrics, subtask), call.request);
}

HttpResponse HistoryAnswer(const JobMaster& job, const RestCall& call) {
  const std::string text(call.request.Query("vertex"));
  if (text.empty()) return JsonResponse(HistoryOf(job, std::nullopt));
  const auto vertex = ParseVertexId(job.graph(), text);
  return vertex.ok() ? JsonResponse(HistoryOf(job, *vertex)) : ErrorResponse(vertex.status());
}

HttpResponse JobsAnswer(const Dispatcher& dispatcher, const HttpRequest& request,
                        std::int64_t now) {
  const std::set<std::string> chosen = ParseNames(request.Query("jobs"));
  std::vector<MetricValues> values;
  for (const JobMaster* job : dispatcher.jobs()) {
    if (!chosen.empty() && !chosen.contains(ToString(job->spec().id))) continue;
    values.push_back(ValuesOfJob(*job, now));
  }
  return AggregateAnswer(values, request);
}

HttpResponse WorkersAnswer(const Dispatcher& dispatcher, const HttpRequest& request) {
  const std::set<std::string> chosen = ParseNames(request.Query("taskmanagers"));
  std::vector<MetricValues> values;
  for (const auto& [id, worker] : dispatcher.slots().workers()) {
    if (!chosen.empty() && !chosen.contains(ToString(id))) continue;
    values.push_back(ValuesOfWorker(dispatcher, worker));
  }
  return AggregateAnswer(values, request);
}

HttpResponse WorkerAnswer(const Dispatcher& dispatcher, const RestCall& call) {
  const auto id = ParseId<WorkerId>(call.Parameter("worker"));
  const auto& workers = dispatcher.slots().workers();
  const auto found = id.ok() ? workers.find(*id) : workers.end();
  if (found == workers.end()) {
    return ErrorResponse(Status::NotFound("there is no worker " + call.Parameter("worker"),
                                          "'penstock workers' shows those that there are"));
  }
  return ValuesAnswer(ValuesOfWorker(dispatcher, found->second), call.request);
}

HttpResponse PrometheusAnswer(const Dispatcher& dispatcher, std::int64_t now) {
  HttpResponse response;
  response.content_type = kPrometheusContentType;
  response.body = RenderCluster(dispatcher, now);
  return response;
}

}  // namespace

void RestService::AddVertexView(std::string_view pattern, VertexView view) {
  AddJobView(pattern, [view = std::move(view)](const JobMaster& job, const RestCall& call) {
    const auto vertex = ParseVertexId(job.graph(), call.Parameter("vertex"));
    return vertex.ok() ? view(job, *vertex, call) : ErrorResponse(vertex.status());
  });
}

void RestService::AddMetricRoutes() {
  router_.Add("GET", "/metrics", [this](const RestCall& call) {
    call.responder.Send(PrometheusAnswer(dispatcher_, NowMillis()));
  });
  router_.Add("GET", "/jobs/metrics", [this](const RestCall& call) {
    call.responder.Send(JobsAnswer(dispatcher_, call.request, NowMillis()));
  });
  router_.Add("GET", "/taskmanagers/metrics", [this](const RestCall& call) {
    call.responder.Send(WorkersAnswer(dispatcher_, call.request));
  });
  router_.Add("GET", "/taskmanagers/:worker/metrics", [this](const RestCall& call) {
    call.responder.Send(WorkerAnswer(dispatcher_, call));
  });
  router_.Add("GET", "/jobmanager/metrics", [this](const RestCall& call) {
    call.responder.Send(ValuesAnswer(ValuesOfCoordinator(dispatcher_), call.request));
  });
  AddJobView("/jobs/:job/metrics", [this](const JobMaster& job, const RestCall& call) {
    return ValuesAnswer(ValuesOfJob(job, NowMillis()), call.request);
  });
  AddJobView("/jobs/:job/history", HistoryAnswer);
  AddJobView("/jobs/:job/bottleneck", [](const JobMaster& job, const RestCall&) {
    return JsonResponse(json::object{{"bottleneck", BottleneckOf(job)},
                                     {"watermark-holder", WatermarkHolderOf(job)}});
  });
  AddVertexMetricRoutes();
}

void RestService::AddVertexMetricRoutes() {
  AddVertexView("/jobs/:job/vertices/:vertex/metrics", [](const JobMaster& job, VertexId vertex,
                                                          const RestCall& call) {
    const auto wanted = ParseNames(call.request.Query("get"));
    return ValuesAnswer(ValuesOfVertex(job.metrics().vertex(vertex), wanted), call.request);
  });
  AddVertexView("/jobs/:job/vertices/:vertex/subtasks/metrics",
                [](const JobMaster& job, VertexId vertex, const RestCall& call) {
                  return SubtasksAnswer(job.metrics().vertex(vertex), call.request);
                });
  AddVertexView("/jobs/:job/vertices/:vertex/subtasks/:subtask/metrics",
                [](const JobMaster& job, VertexId vertex, const RestCall& call) {
                  return SubtaskAnswer(job.metrics().vertex(vertex), call);
                });
  AddVertexView("/jobs/:job/vertices/:vertex/backpressure",
                [this](const JobMaster& job, VertexId vertex, const RestCall&) {
                  return JsonResponse(BackPressureOf(job, vertex, NowMillis()));
                });
  AddVertexView("/jobs/:job/vertices/:vertex/watermarks",
                [](const JobMaster& job, VertexId vertex, const RestCall&) {
                  return JsonResponse(WatermarksOf(job, vertex));
                });
}

}  // namespace penstock
