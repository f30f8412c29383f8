// Routes about checkpoints and savepoints that users ask for. Each answers 202 with an id at once;
// what became of it is told under that id.

#include "checkpoint/stored_checkpoint.h"
#include "coordinator/rest/json_body.h"
#include "coordinator/rest/rest_service.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// Flink's class and trace, and what our own clients show.
json::object FailureCause(const Status& failure) {
  return {{"class", std::string(ToString(failure.code()))},
          {"stack-trace", failure.message()},
          {"code", std::string(ToString(failure.code()))},
          {"message", failure.message()},
          {"hint", failure.hint()}};
}

json::object OperationOf(const TriggerLog::Outcome& outcome) {
  if (!outcome.ok()) return {{"failure-cause", FailureCause(outcome.status())}};
  json::object operation;
  if (outcome->checkpoint != CheckpointId())
    operation["checkpointId"] = outcome->checkpoint.value();
  if (!outcome->savepoint.empty()) operation["location"] = ToFileUri(outcome->savepoint);
  return operation;
}

HttpResponse TriggerAnswer(const TriggerLog& log, const std::string& trigger, JobId job) {
  const auto id = ParseId<TriggerId>(trigger);
  if (!id.ok()) return ErrorResponse(id.status());
  const TriggerLog::Entry* entry = log.Find(*id, job);
  if (entry == nullptr) {
    return ErrorResponse(Status::NotFound(
        "nothing is known of request " + trigger,
        "requests are forgotten when the coordinator restarts; 'penstock checkpoints' shows what "
        "has been taken"));
  }
  json::object answer{
      {"status", json::object{{"id", entry->outcome ? "COMPLETED" : "IN_PROGRESS"}}}};
  if (entry->outcome) answer["operation"] = OperationOf(*entry->outcome);
  return JsonResponse(answer);
}

HttpResponse RequestAnswer(const Result<TriggerId>& trigger) {
  if (!trigger.ok()) return ErrorResponse(trigger.status());
  return JsonResponse(json::object{{"request-id", ToString(*trigger)}}, 202);
}

/// "triggerId", by which a client may repeat a request whose answer got lost.
Status ReadTrigger(const json::object& body, TriggerId& trigger) {
  std::string text;
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "triggerId", text));
  if (text.empty()) return {};
  PENSTOCK_ASSIGN_OR_RETURN(trigger, ParseId<TriggerId>(text));
  return {};
}

Result<SnapshotWish> ParseSavepointWish(const HttpRequest& request) {
  PENSTOCK_ASSIGN_OR_RETURN(const json::object body, ParseObject(request));
  SnapshotWish wish;
  wish.savepoint = true;
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "target-directory", wish.directory));
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "cancel-job", wish.cancel));
  PENSTOCK_RETURN_IF_ERROR(ReadTrigger(body, wish.trigger));
  return wish;
}

Result<SnapshotWish> ParseCheckpointWish(const HttpRequest& request) {
  PENSTOCK_ASSIGN_OR_RETURN(const json::object body, ParseObject(request));
  SnapshotWish wish;
  PENSTOCK_RETURN_IF_ERROR(ReadTrigger(body, wish.trigger));
  return wish;
}

Result<StopWish> ParseStopWish(const HttpRequest& request) {
  PENSTOCK_ASSIGN_OR_RETURN(const json::object body, ParseObject(request));
  StopWish wish;
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "targetDirectory", wish.directory));
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "drain", wish.drain));
  PENSTOCK_RETURN_IF_ERROR(ReadTrigger(body, wish.trigger));
  return wish;
}

Result<TriggerId> Take(Dispatcher& dispatcher, const RestCall& call,
                       const Result<SnapshotWish>& wish) {
  PENSTOCK_ASSIGN_OR_RETURN(const JobId job, ParseId<JobId>(call.Parameter("job")));
  PENSTOCK_RETURN_IF_ERROR(wish.status());
  return dispatcher.TakeSnapshot(job, *wish);
}

void StopGracefully(Dispatcher& dispatcher, const RestCall& call) {
  const auto job = ParseId<JobId>(call.Parameter("job"));
  if (!job.ok()) return call.responder.Send(ErrorResponse(job.status()));
  const auto wish = ParseStopWish(call.request);
  if (!wish.ok()) return call.responder.Send(ErrorResponse(wish.status()));
  dispatcher.StopJobGracefully(*job, *wish,
                               [responder = call.responder](const Result<TriggerId>& trigger) {
                                 responder.Send(RequestAnswer(trigger));
                               });
}

Result<TriggerId> Dispose(Dispatcher& dispatcher, const RestCall& call) {
  PENSTOCK_ASSIGN_OR_RETURN(const json::object body, ParseObject(call.request));
  std::string path;
  TriggerId trigger;
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "savepoint-path", path));
  PENSTOCK_RETURN_IF_ERROR(ReadTrigger(body, trigger));
  return dispatcher.DisposeSavepoint(path, trigger);
}

}  // namespace

void RestService::AddSavepointRoutes() {
  router_.Add("POST", "/jobs/:job/savepoints", [this](const RestCall& call) {
    call.responder.Send(RequestAnswer(Take(dispatcher_, call, ParseSavepointWish(call.request))));
  });
  router_.Add("POST", "/jobs/:job/checkpoints", [this](const RestCall& call) {
    call.responder.Send(RequestAnswer(Take(dispatcher_, call, ParseCheckpointWish(call.request))));
  });
  router_.Add("POST", "/jobs/:job/stop",
              [this](const RestCall& call) { StopGracefully(dispatcher_, call); });
  for (const char* pattern :
       {"/jobs/:job/savepoints/:trigger", "/jobs/:job/checkpoints/:trigger"}) {
    AddJobView(pattern, [this](const JobMaster& job, const RestCall& call) {
      return TriggerAnswer(dispatcher_.triggers(), call.Parameter("trigger"), job.spec().id);
    });
  }
  router_.Add("POST", "/savepoint-disposal", [this](const RestCall& call) {
    call.responder.Send(RequestAnswer(Dispose(dispatcher_, call)));
  });
  router_.Add("GET", "/savepoint-disposal/:trigger", [this](const RestCall& call) {
    call.responder.Send(TriggerAnswer(dispatcher_.triggers(), call.Parameter("trigger"), JobId()));
  });
}

}  // namespace penstock
