// Routes about the cluster as a whole and its workers.

#include "coordinator/rest/cluster_views.h"
#include "coordinator/rest/json_body.h"
#include "coordinator/rest/openapi.h"
#include "coordinator/rest/rest_service.h"

namespace penstock {
namespace {

namespace json = boost::json;

HttpResponse WorkerAnswer(const Dispatcher& dispatcher, const std::string& worker) {
  const auto id = ParseId<WorkerId>(worker);
  const auto& workers = dispatcher.slots().workers();
  const auto found = id.ok() ? workers.find(*id) : workers.end();
  if (found != workers.end()) return JsonResponse(WorkerDetail(dispatcher, found->second));
  return ErrorResponse(Status::NotFound("there is no worker " + worker,
                                        "'penstock workers' shows those that there are"));
}

}  // namespace

void RestService::AddClusterRoutes() {
  router_.Add("GET", "/overview", [this](const RestCall& call) {
    call.responder.Send(JsonResponse(ClusterOverview(dispatcher_)));
  });
  router_.Add("GET", "/config",
              [](const RestCall& call) { call.responder.Send(JsonResponse(UiConfig())); });
  router_.Add("GET", "/openapi.json", [](const RestCall& call) {
    call.responder.Send({.body = std::string(OpenApiDocument())});
  });
  router_.Add("GET", "/taskmanagers", [this](const RestCall& call) {
    json::array workers;
    for (const auto& [id, entry] : dispatcher_.slots().workers()) {
      workers.push_back(WorkerOverview(dispatcher_, entry));
    }
    call.responder.Send(JsonResponse(json::object{{"taskmanagers", std::move(workers)}}));
  });
  router_.Add("GET", "/taskmanagers/:worker", [this](const RestCall& call) {
    call.responder.Send(WorkerAnswer(dispatcher_, call.Parameter("worker")));
  });
  router_.Add("DELETE", "/cluster", [this](const RestCall& call) {
    call.responder.Send(JsonResponse(json::object()));
    shut_down_();
  });
}

void RestService::AddCoordinatorRoutes() {
  const std::int64_t started = NowMillis();
  router_.Add("GET", "/jobmanager/config", [this](const RestCall& call) {
    call.responder.Send(JsonResponse(ConfigurationEntries(dispatcher_.config())));
  });
  router_.Add("GET", "/jobmanager/environment", [started](const RestCall& call) {
    call.responder.Send(JsonResponse(CoordinatorEnvironment(started)));
  });
  AddJobView("/jobs/:job/jobmanager/config", [this](const JobMaster&, const RestCall&) {
    return JsonResponse(ConfigurationEntries(dispatcher_.config()));
  });
  AddJobView("/jobs/:job/jobmanager/environment", [started](const JobMaster&, const RestCall&) {
    return JsonResponse(CoordinatorEnvironment(started));
  });
}

}  // namespace penstock
