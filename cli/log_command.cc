#include "cli/log_command.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/job_commands.h"
#include "cli/job_log_follower.h"
#include "cli/json_fields.h"
#include "cli/log_cursor.h"
#include "cli/shown_value.h"
#include "common/http/message.h"
#include "common/logging.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr auto kPollInterval = std::chrono::milliseconds(250);

/// Calls `step` until it says that there is no more, or the user interrupts. `step` returns whether
/// to go on; a coordinator that is away is waited for.
template <typename Step>
int Follow(const CommandContext& context, Step step) {
  CatchInterrupts();
  while (!Interrupted()) {
    const Result<bool> more = step();
    const bool away = !more.ok() && more.status().code() == ErrorCode::kUnavailable;
    if (!more.ok() && !away) return Fail(context, more.status());
    if (more.ok() && !*more) return kExitDone;
    if (away) context.console.Progress("waiting for the coordinator to come back");
    if (Status written = context.console.CheckOutput(); !written.ok()) {
      return Fail(context, written);
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return kExitInterrupted;
}

int ShowJobLog(const CommandContext& context, const RestClient& rest, const LogRequest& request) {
  if (!request.follow) {
    const Result<std::string> text = rest.GetText("/jobs/" + request.job + "/logs");
    if (!text.ok()) return Fail(context, text.status());
    context.console.Raw(*text);
    return kExitDone;
  }
  // A job that isn't there is an error at once; a coordinator that isn't there, too.
  if (const auto job = rest.Get("/jobs/" + request.job); !job.ok()) {
    return Fail(context, job.status());
  }
  JobLogFollower follower(context, rest, request.job);
  return Follow(context, [&]() -> Result<bool> {
    PENSTOCK_ASSIGN_OR_RETURN(const std::string state, follower.Step());
    return !HasEnded(state);
  });
}

/// The id that begins like `prefix`.
Result<std::string> FindWorker(const RestClient& rest, const std::string& prefix) {
  PENSTOCK_ASSIGN_OR_RETURN(const json::value answer, rest.Get("/taskmanagers"));
  std::vector<std::string> found;
  for (const json::value& worker : ArrayField(answer, "taskmanagers")) {
    if (TextField(worker, "id").starts_with(prefix)) found.push_back(TextField(worker, "id"));
  }
  if (found.size() == 1) return found.front();
  return Status::NotFound(found.empty() ? "there is no worker " + prefix
                                        : "several workers have ids that begin with " + prefix,
                          "'penstock workers' shows their ids");
}

int ListFiles(const CommandContext& context, const RestClient& rest, const std::string& owner) {
  const Result<json::value> answer = rest.Get(owner + "/logs");
  if (!answer.ok()) return Fail(context, answer.status());
  std::vector<std::string> names;
  Table table({"FILE", "SIZE", "LAST WRITTEN"});
  for (const json::value& file : ArrayField(*answer, "logs")) {
    names.push_back(TextField(file, "name"));
    table.Add({names.back(), HumanBytes(static_cast<std::uint64_t>(NumberField(file, "size"))),
               FormatTime(Clock::WallTime(std::chrono::milliseconds(NumberField(file, "mtime"))))});
  }
  if (!ShowValue(context, ArrayField(*answer, "logs"), names)) context.console.Raw(table.Render());
  return kExitDone;
}

/// The file that a process logs to: the newest of its own, which are not a task host's.
Result<std::string> OwnLog(const RestClient& rest, const std::string& owner) {
  PENSTOCK_ASSIGN_OR_RETURN(const json::value answer, rest.Get(owner + "/logs"));
  const json::array& files = ArrayField(answer, "logs");
  for (const char* ending : {".log", ".out"}) {
    for (const json::value& file : files) {
      const std::string name = TextField(file, "name");
      const bool put_aside = std::count(name.begin(), name.end(), '.') != 1;
      const bool host = name.find('.') == 65;
      if (name.ends_with(ending) && !put_aside && !host) return name;
    }
  }
  return Status::NotFound("it keeps no log",
                          "it logs to its terminal; -D log.file=NAME would make it a file");
}

int ShowFile(const CommandContext& context, const RestClient& rest, const std::string& owner,
             const LogRequest& request) {
  if (request.list) return ListFiles(context, rest, owner);
  const Result<std::string> file =
      request.file.empty() ? OwnLog(rest, owner) : Result<std::string>(request.file);
  if (!file.ok()) return Fail(context, file.status());
  if (!request.follow) {
    const Result<LogPiece> piece = rest.GetLog(owner + "/logs/" + PercentEncode(*file));
    if (!piece.ok()) return Fail(context, piece.status());
    context.console.Raw(piece->text);
    return kExitDone;
  }
  constexpr std::uint64_t kBefore = 4096;
  LogCursor cursor(rest, owner + "/logs", *file);
  if (const Status there = cursor.SkipToLast(kBefore); !there.ok()) return Fail(context, there);
  return Follow(context, [&]() -> Result<bool> {
    PENSTOCK_ASSIGN_OR_RETURN(const std::string text, cursor.Next());
    if (!text.empty()) context.console.Raw(text);
    return true;
  });
}

}  // namespace

int ShowLogs(const CommandContext& context, const LogRequest& request) {
  const int chosen = (request.job.empty() ? 0 : 1) + (request.worker.empty() ? 0 : 1) +
                     (request.coordinator ? 1 : 0);
  if (chosen != 1) {
    return Fail(context, Status::InvalidArgument(chosen == 0 ? "whose logs?" : "one log at a time",
                                                 "give a job's id, --worker ID or --coordinator"));
  }
  if (!request.job.empty() && (request.list || !request.file.empty())) {
    return Fail(context, Status::InvalidArgument("a job's log has no files",
                                                 "--file and --list go with --worker and "
                                                 "--coordinator"));
  }
  const RestClient rest = context.Rest();
  if (!request.job.empty()) return ShowJobLog(context, rest, request);
  if (request.coordinator) return ShowFile(context, rest, "/jobmanager", request);
  const Result<std::string> worker = FindWorker(rest, request.worker);
  if (!worker.ok()) return Fail(context, worker.status());
  return ShowFile(context, rest, "/taskmanagers/" + *worker, request);
}

}  // namespace penstock
