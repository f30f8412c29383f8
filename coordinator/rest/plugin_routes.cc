// Routes about plugins, which clients of Flink call jars, and submission.

#include "common/http/multipart.h"
#include "coordinator/rest/job_views.h"
#include "coordinator/rest/json_body.h"
#include "coordinator/rest/rest_service.h"

namespace penstock {
namespace {

namespace json = boost::json;

json::object Entry(const PluginEntry& plugin) {
  return {{"id", plugin.id()},
          {"name", plugin.name},
          {"uploaded", plugin.uploaded_millis},
          {"entry", json::array()}};
}

json::array Texts(const std::vector<std::string>& texts) {
  json::array list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

Result<Submission> SubmissionOf(const Dispatcher& dispatcher, const RestCall& call) {
  PENSTOCK_ASSIGN_OR_RETURN(const PluginEntry plugin,
                            dispatcher.plugins().Find(call.Parameter("plugin")));
  return ParseSubmission(call.request, plugin.hash);
}

void Upload(Dispatcher& dispatcher, const RestCall& call) {
  const auto file = ParseMultipartFile(call.request.Header("content-type"), call.request.body);
  if (!file.ok()) return call.responder.Send(ErrorResponse(file.status()));
  dispatcher.StorePlugin(
      file->filename, std::string(file->content),
      [responder = call.responder](const Result<PluginEntry>& stored) {
        responder.Send(stored.ok() ? JsonResponse(json::object{{"filename", stored->id()},
                                                               {"status", "success"}})
                                   : ErrorResponse(stored.status()));
      });
}

void Run(Dispatcher& dispatcher, const RestCall& call) {
  auto submission = SubmissionOf(dispatcher, call);
  if (!submission.ok()) return call.responder.Send(ErrorResponse(submission.status()));
  dispatcher.Submit(
      std::move(*submission), [responder = call.responder](const Result<Submitted>& done) {
        if (!done.ok()) return responder.Send(ErrorResponse(done.status()));
        responder.Send(JsonResponse(json::object{{"jobid", ToString(done->job)},
                                                 {"guarantee", done->guarantee},
                                                 {"warnings", Texts(done->warnings)}}));
      });
}

void ShowPlan(Dispatcher& dispatcher, const RestCall& call) {
  auto submission = SubmissionOf(dispatcher, call);
  if (!submission.ok()) return call.responder.Send(ErrorResponse(submission.status()));
  dispatcher.MakePlan(
      std::move(*submission), [responder = call.responder](const Result<Plan>& plan) {
        if (!plan.ok()) return responder.Send(ErrorResponse(plan.status()));
        responder.Send(JsonResponse(json::object{{"plan", PlanOf(plan->graph, "")},
                                                 {"guarantee", plan->graph.guarantee},
                                                 {"warnings", Texts(plan->warnings)}}));
      });
}

/// The savepoint that a submission names, as "savepointPath" or as an option.
Result<std::string> StartOf(const Submission& submission) {
  const auto option = submission.configuration.find(std::string(options::kRestorePath.spec.key));
  if (option != submission.configuration.end() && !option->second.empty()) return option->second;
  return Status::InvalidArgument("there is nothing to validate against",
                                 "give the path of a savepoint as 'savepointPath'");
}

void Validate(Dispatcher& dispatcher, const RestCall& call) {
  auto submission = SubmissionOf(dispatcher, call);
  if (!submission.ok()) return call.responder.Send(ErrorResponse(submission.status()));
  auto path = StartOf(*submission);
  if (!path.ok()) return call.responder.Send(ErrorResponse(path.status()));
  dispatcher.Validate(
      std::move(*submission), std::move(*path),
      [responder = call.responder](const Result<RestoreReport>& report) {
        if (!report.ok()) return responder.Send(ErrorResponse(report.status()));
        responder.Send(JsonResponse(json::object{{"ok", report->fits()},
                                                 {"problems", Texts(report->problems)},
                                                 {"notes", Texts(report->notes)}}));
      });
}

}  // namespace

void RestService::AddPluginRoutes() {
  for (const std::string base : {"/jars", "/plugins"}) {
    router_.Add("GET", base, [this](const RestCall& call) {
      json::array files;
      for (const PluginEntry& plugin : dispatcher_.plugins().List()) files.push_back(Entry(plugin));
      call.responder.Send(JsonResponse(json::object{
          {"address", std::string(call.request.Header("host"))}, {"files", std::move(files)}}));
    });
    router_.Add("POST", base + "/upload",
                [this](const RestCall& call) { Upload(dispatcher_, call); });
    router_.Add("DELETE", base + "/:plugin", [this](const RestCall& call) {
      const Status removed = dispatcher_.RemovePlugin(call.Parameter("plugin"));
      call.responder.Send(removed.ok() ? JsonResponse(json::object()) : ErrorResponse(removed));
    });
    router_.Add("GET|POST", base + "/:plugin/plan",
                [this](const RestCall& call) { ShowPlan(dispatcher_, call); });
    router_.Add("POST", base + "/:plugin/run",
                [this](const RestCall& call) { Run(dispatcher_, call); });
    router_.Add("POST", base + "/:plugin/validate",
                [this](const RestCall& call) { Validate(dispatcher_, call); });
  }
}

}  // namespace penstock
