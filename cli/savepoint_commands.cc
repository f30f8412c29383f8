#include "cli/savepoint_commands.h"

#include <thread>

#include <fmt/format.h>

#include "cli/checkpoint_progress.h"
#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/job_commands.h"
#include "cli/json_fields.h"
#include "cli/shown_value.h"
#include "common/file_system.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr auto kPollInterval = std::chrono::milliseconds(50);
constexpr int kTries = 30;

/// Asks for something that takes a while; the path where its outcome is told. When the coordinator,
/// which was there a moment ago, dies before it answers, the same is asked again.
Result<std::string> Begin(const RestClient& rest, const std::string& path,
                          const std::string& status_path, json::object body) {
  PENSTOCK_RETURN_IF_ERROR(rest.Get("/overview").status());
  body["triggerId"] = NewRequestKey();
  for (int tries = 0;; ++tries) {
    const Result<json::value> answer = rest.Post(path, body);
    if (answer.ok()) return status_path + "/" + TextField(*answer, "request-id");
    if (answer.status().code() != ErrorCode::kUnavailable || tries == kTries) {
      return answer.status();
    }
    std::this_thread::sleep_for(10 * kPollInterval);
  }
}

/// Waits for the outcome, showing what a checkpoint of `job` (empty: of none) waits for. kCancelled
/// when the user interrupts; then it goes on.
Result<json::value> Await(const CommandContext& context, const RestClient& rest,
                          const std::string& path, std::string_view what, const std::string& job) {
  CatchInterrupts();
  const auto start = SystemClock::Instance().Now();
  while (true) {
    Result<json::value> answer = rest.Get(path);
    const bool away = !answer.ok() && answer.status().code() == ErrorCode::kUnavailable;
    if (!answer.ok() && !away) return answer.status();
    if (!away && TextField(MemberField(*answer, "status"), "id") == "COMPLETED") {
      const json::value& operation = MemberField(*answer, "operation");
      const json::value& cause = MemberField(operation, "failure-cause");
      if (TextField(cause, "message").empty()) return operation;
      return ErrorFromJson(cause, ErrorCode::kFailed);
    }
    const auto age = SystemClock::Instance().Now() - start;
    const std::string checkpoint =
        job.empty() || away ? "" : CheckpointProgress(context, rest, job);
    context.console.Progress(fmt::format(
        "{}, {}",
        away                 ? "waiting for the coordinator to come back"
        : checkpoint.empty() ? std::string(what)
                             : checkpoint,
        HumanDuration(std::chrono::duration_cast<std::chrono::milliseconds>(age).count())));
    if (Interrupted()) return Status::Cancelled();
    std::this_thread::sleep_for(away ? 10 * kPollInterval : kPollInterval);
  }
}

/// What a command that waited has to show.
struct Outcome {
  json::object value;
  std::string name;  ///< For `-o name`.
  std::string line;  ///< For people.
};

int Show(const CommandContext& context, const Outcome& outcome) {
  context.console.ClearProgress();
  if (!ShowValue(context, outcome.value, {outcome.name})) context.console.Line(outcome.line);
  return kExitDone;
}

/// Begins, waits, and shows the Outcome that `read` makes of the answer.
template <typename Read>
int Carry(const CommandContext& context, const RestClient& rest,
          const Result<std::string>& status_path, std::string_view what, const std::string& job,
          Read read) {
  if (!status_path.ok()) return Fail(context, status_path.status());
  const Result<json::value> operation = Await(context, rest, *status_path, what, job);
  if (!operation.ok() && operation.status().code() == ErrorCode::kCancelled) {
    context.console.Message("Interrupted; the coordinator goes on with it.");
    return kExitInterrupted;
  }
  if (!operation.ok()) return Fail(context, operation.status());
  return Show(context, read(*operation));
}

Outcome SavepointMade(const std::string& job, const std::string& location) {
  return {{{"job", job}, {"location", location}},
          location,
          fmt::format("Savepoint completed. Path: {}", location)};
}

int DisposeSavepoint(const CommandContext& context, const std::string& path) {
  const RestClient rest = context.Rest();
  const auto status = Begin(rest, "/savepoint-disposal", "/savepoint-disposal",
                            {{"savepoint-path", AbsoluteLocation(path)}});
  return Carry(context, rest, status, "deleting the savepoint", "", [&](const json::value&) {
    return Outcome{{{"disposed", path}}, path, fmt::format("Savepoint '{}' disposed.", path)};
  });
}

}  // namespace

int TakeSavepoint(const CommandContext& context, const SavepointRequest& request) {
  if (!request.dispose.empty()) return DisposeSavepoint(context, request.dispose);
  if (request.job.empty()) {
    return Fail(context,
                Status::InvalidArgument("which job?",
                                        "penstock savepoint JOB [DIRECTORY]; 'penstock list' "
                                        "shows the jobs that run"));
  }
  const RestClient rest = context.Rest();
  const std::string path = "/jobs/" + request.job + "/savepoints";
  json::object body;
  if (!request.directory.empty()) body["target-directory"] = AbsoluteLocation(request.directory);
  return Carry(context, rest, Begin(rest, path, path, body), "taking a savepoint", request.job,
               [&](const json::value& operation) {
                 return SavepointMade(request.job, TextField(operation, "location"));
               });
}

int TakeCheckpoint(const CommandContext& context, const std::string& job) {
  const RestClient rest = context.Rest();
  const std::string path = "/jobs/" + job + "/checkpoints";
  return Carry(context, rest, Begin(rest, path, path, {}), "taking a checkpoint", job,
               [&](const json::value& operation) {
                 const std::int64_t id = NumberField(operation, "checkpointId");
                 return Outcome{{{"job", job}, {"checkpoint", id}},
                                std::to_string(id),
                                fmt::format("Checkpoint {} for job {} completed.", id, job)};
               });
}

int StopJob(const CommandContext& context, const StopRequest& request) {
  const RestClient rest = context.Rest();
  const std::string job = "/jobs/" + request.job;
  json::object body{{"drain", request.drain}};
  if (!request.directory.empty()) body["targetDirectory"] = AbsoluteLocation(request.directory);
  const auto status = Begin(rest, job + "/stop", job + "/savepoints", body);
  if (!status.ok()) return Fail(context, status.status());
  const int code = WaitForJob(context, rest, request.job, std::nullopt);
  if (code != kExitDone) return code;
  // The job knows its savepoint even if the coordinator has forgotten who asked.
  const Result<json::value> detail = rest.Get(job);
  if (!detail.ok()) return Fail(context, detail.status());
  const std::string savepoint = TextField(*detail, "savepoint");
  if (!savepoint.empty()) return Show(context, SavepointMade(request.job, savepoint));
  const Result<json::value> outcome =
      Await(context, rest, *status, "waiting for the savepoint", request.job);
  const bool forgotten = !outcome.ok() && outcome.status().code() == ErrorCode::kNotFound;
  if (outcome.ok() || (forgotten && request.directory.empty())) return kExitDone;
  return Fail(context, outcome.status());
}

std::string AbsoluteLocation(std::string_view location) {
  const bool absolute = location.empty() || location.front() == '/';
  const bool uri = location.starts_with("file:") || location.find("://") != std::string_view::npos;
  return absolute || uri ? std::string(location) : JoinPath(CurrentDirectory(), location);
}

}  // namespace penstock
