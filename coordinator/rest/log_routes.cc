// Routes that show the logs of workers and of the coordinator (docs/profiling.md).

#include <charconv>

#include "common/log_files.h"
#include "coordinator/rest/json_body.h"
#include "coordinator/rest/rest_service.h"
#include "wire/log_answers.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kPatience{10};
/// With `offset` alone.
constexpr std::uint32_t kDefaultPart = 1u << 20;

/// A whole number among the parameters; `value` stays when it is missing.
template <typename T>
Status ReadNumber(const HttpRequest& request, const std::string& name, T& value) {
  const std::string_view text = request.Query(name);
  if (text.empty()) return {};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return {};
  return Status::InvalidArgument("'" + name + "' must be a whole number");
}

/// Clients of Flink ask for a whole file and get its end, up to kMaxLogRead; those that follow a
/// log say where they are.
Result<ReadLog> ReadLogOf(const HttpRequest& request, const std::string& name) {
  ReadLog read{name, 0, kMaxLogRead, true};
  if (request.query.contains("offset")) {
    read.from_end = false;
    read.max_bytes = kDefaultPart;
  }
  PENSTOCK_RETURN_IF_ERROR(ReadNumber(request, "offset", read.offset));
  PENSTOCK_RETURN_IF_ERROR(ReadNumber(request, "max", read.max_bytes));
  read.max_bytes = std::min(read.max_bytes, kMaxLogRead);
  return read;
}

HttpResponse LogListResponse(const Result<std::string>& answer) {
  if (!answer.ok()) return ErrorResponse(answer.status());
  json::error_code failure;
  json::value list = json::parse(*answer, failure);
  if (failure) return ErrorResponse(Status::Corruption("this is no list of logs"));
  return JsonResponse(json::object{{"logs", std::move(list)}});
}

HttpResponse LogResponse(const Result<std::string>& answer) {
  if (!answer.ok()) return ErrorResponse(answer.status());
  const Result<LogPart> part = ParseLogPart(*answer);
  if (!part.ok()) return ErrorResponse(part.status());
  HttpResponse response;
  response.content_type = "text/plain; charset=utf-8";
  response.headers = {{"X-Log-Size", std::to_string(part->file_size)},
                      {"X-Log-Offset", std::to_string(part->offset)},
                      {"X-Log-Next", std::to_string(part->offset + part->bytes.size())}};
  response.body = EscapeControls(part->bytes);
  return response;
}

/// What is asked of a worker, or of the coordinator, which finds its own files.
using Asking =
    std::function<void(const RestCall&, const WorkerQuery&, Dispatcher::Done<std::string>)>;

void List(const Asking& ask, const RestCall& call) {
  ask(call, ListLogs{}, [responder = call.responder](const Result<std::string>& answer) {
    responder.Send(LogListResponse(answer));
  });
}

void Show(const Asking& ask, const RestCall& call, const std::string& name) {
  const Result<ReadLog> read = ReadLogOf(call.request, name);
  if (!read.ok()) return call.responder.Send(ErrorResponse(read.status()));
  ask(call, *read, [responder = call.responder](const Result<std::string>& answer) {
    responder.Send(LogResponse(answer));
  });
}

void AddRoutes(Router& router, const std::string& owner, const Asking& ask) {
  router.Add("GET", owner + "/logs", [ask](const RestCall& call) { List(ask, call); });
  router.Add("GET", owner + "/logs/:file",
             [ask](const RestCall& call) { Show(ask, call, call.Parameter("file")); });
  for (const char* own : {"log", "stdout"}) {
    router.Add("GET", owner + "/" + own,
               [ask, own](const RestCall& call) { Show(ask, call, own); });
  }
}

Result<std::string> AnswerOwn(const std::string& directory, const WorkerQuery& query) {
  const LogFiles files(directory, LogRole(directory), LogFiles::Scope::kProcess);
  if (const auto* read = std::get_if<ReadLog>(&query)) return AnswerFrom(files, *read);
  return AnswerFrom(files, ListLogs{});
}

}  // namespace

void RestService::AddLogRoutes() {
  AddRoutes(
      router_, "/taskmanagers/:worker",
      [this](const RestCall& call, const WorkerQuery& query, Dispatcher::Done<std::string> done) {
        const auto worker = ParseId<WorkerId>(call.Parameter("worker"));
        dispatcher_.Ask(worker.ok() ? *worker : WorkerId(), query, kPatience, std::move(done));
      });
  AddRoutes(router_, "/jobmanager",
            [this](const RestCall&, const WorkerQuery& query, Dispatcher::Done<std::string> done) {
              const std::string logs =
                  JoinPath(dispatcher_.config().Get(options::kDataDirectory), "logs");
              dispatcher_.Inspect([logs, query] { return AnswerOwn(logs, query); },
                                  std::move(done));
            });
}

}  // namespace penstock
