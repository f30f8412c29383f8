#include "cli/job_commands.h"

#include <thread>

#include <fmt/format.h>

#include "cli/checkpoint_progress.h"
#include "cli/interrupt.h"
#include "cli/json_fields.h"
#include "cli/shown_value.h"
#include "common/logging.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr auto kPollInterval = std::chrono::milliseconds(50);

std::int64_t NowMillis() { return ToMillis(SystemClock::Instance().Wall()); }

bool IsRunning(std::string_view state) {
  return state == "RUNNING" || state == "RESTARTING" || state == "FAILING" ||
         state == "CANCELLING" || state == "RECONCILING";
}

bool IsScheduled(std::string_view state) { return state == "CREATED" || state == "INITIALIZING"; }

bool Matches(const ListFilter& filter, std::string_view state) {
  if (filter.all) return true;
  if (filter.running || filter.scheduled) {
    return (filter.running && IsRunning(state)) || (filter.scheduled && IsScheduled(state));
  }
  return IsRunning(state) || IsScheduled(state);
}

std::string StateText(const json::value& job) {
  const std::string reason = TextField(job, "status-reason");
  const std::string state = TextField(job, "state");
  return reason.empty() ? state : fmt::format("{} ({})", state, reason);
}

std::string BytesText(const json::value& object, std::string_view key) {
  return HumanBytes(static_cast<std::uint64_t>(NumberField(object, key)));
}

/// Used of a share, as "1.0 MiB of 2.0 MiB".
std::string UseText(const json::value& breakdown, std::string_view part) {
  const json::value& of = MemberField(breakdown, part);
  return fmt::format("{} of {}", BytesText(of, "used"), BytesText(of, "share"));
}

/// What the job's end means for the command that waited.
int ReportEnd(const CommandContext& context, const RestClient& rest, const std::string& job,
              const json::value& detail) {
  const std::string state = TextField(detail, "state");
  const std::string took = HumanDuration(NumberField(detail, "duration"));
  if (state == "FINISHED") {
    context.console.Message(fmt::format("Job {} has FINISHED after {}.", job, took));
    return kExitDone;
  }
  if (state == "CANCELED") {
    context.console.Message(fmt::format("Job {} was CANCELED after {}.", job, took));
    return kExitFailed;
  }
  Result<json::value> exceptions = rest.Get("/jobs/" + job + "/exceptions");
  const json::value answer = exceptions.ok() ? *exceptions : json::value();
  const json::array& entries = ArrayField(MemberField(answer, "exceptionHistory"), "entries");
  std::string hint = entries.empty() ? "" : TextField(entries.front(), "hint");
  if (hint.empty()) hint = fmt::format("what happened before: penstock logs {}", job);
  context.console.Error(Status::User(
      ErrorCode::kFailed,
      fmt::format("job {} has FAILED after {}: {}", job, took, TextField(answer, "root-exception")),
      std::move(hint)));
  return kExitJobFailed;
}

std::string ProgressText(const json::value& detail, const std::string& checkpoint) {
  const auto& vertices = ArrayField(detail, "vertices");
  std::int64_t records = 0;
  if (!vertices.empty()) {
    records = NumberField(MemberField(vertices.front(), "metrics"), "write-records");
  }
  return fmt::format("{}  {}  {} records read{}", StateText(detail),
                     HumanDuration(NumberField(detail, "duration")),
                     HumanCount(static_cast<std::uint64_t>(records)),
                     checkpoint.empty() ? "" : "  " + checkpoint);
}

Table WorkerTable(const json::array& workers, bool wide) {
  std::vector<std::string> header{"WORKER ID", "ADDRESS", "PID",  "SLOTS",
                                  "FREE",      "MEMORY",  "USED", "LAST HEARTBEAT"};
  if (wide) header.insert(header.end() - 1, {"EXCHANGE", "STATE", "CACHE", "USER"});
  Table table(std::move(header));
  for (const json::value& worker : workers) {
    const json::value& memory = MemberField(worker, "memoryBreakdown");
    std::vector<std::string> row{TextField(worker, "id"),
                                 TextField(worker, "path"),
                                 std::to_string(NumberField(worker, "pid")),
                                 std::to_string(NumberField(worker, "slotsNumber")),
                                 std::to_string(NumberField(worker, "freeSlots")),
                                 BytesText(worker, "memory"),
                                 BytesText(worker, "residentBytes")};
    if (wide) {
      row.insert(row.end(),
                 {UseText(memory, "exchange"), UseText(memory, "state"),
                  BytesText(MemberField(memory, "state"), "cache"), UseText(memory, "user")});
    }
    row.push_back(HumanAge(NumberField(worker, "timeSinceLastHeartbeat"), NowMillis()));
    table.Add(std::move(row));
  }
  return table;
}

Table JobTable(const json::array& jobs, bool wide) {
  std::vector<std::string> header{"JOB ID", "NAME", "STATE", "STARTED", "DURATION"};
  if (wide) header.insert(header.end(), {"ENDED", "RESTARTS", "TASKS RUNNING"});
  Table table(std::move(header));
  for (const json::value& job : jobs) {
    std::vector<std::string> row{TextField(job, "jid"), TextField(job, "name"), StateText(job),
                                 HumanAge(NumberField(job, "start-time"), NowMillis()),
                                 HumanDuration(NumberField(job, "duration"))};
    if (wide) {
      const json::value& tasks = MemberField(job, "tasks");
      row.insert(row.end(), {HumanAge(NumberField(job, "end-time"), NowMillis()),
                             std::to_string(NumberField(job, "restarts")),
                             fmt::format("{} of {}", NumberField(tasks, "running"),
                                         NumberField(tasks, "total"))});
    }
    table.Add(std::move(row));
  }
  return table;
}

Table CheckpointTable(const json::array& checkpoints, bool wide) {
  std::vector<std::string> header{"ID", "STATUS", "TRIGGERED", "DURATION", "NEW", "FULL", "TYPE"};
  if (wide) header.insert(header.end(), {"SUBTASKS", "PATH"});
  Table table(std::move(header));
  for (const json::value& checkpoint : checkpoints) {
    std::vector<std::string> row{
        std::to_string(NumberField(checkpoint, "id")),
        TextField(checkpoint, "status"),
        HumanAge(NumberField(checkpoint, "trigger_timestamp"), NowMillis()),
        HumanDuration(NumberField(checkpoint, "end_to_end_duration")),
        BytesText(checkpoint, "checkpointed_size"),
        BytesText(checkpoint, "state_size"),
        TextField(checkpoint, "checkpoint_type")};
    if (wide) {
      const std::string path = TextField(checkpoint, "external_path");
      row.insert(row.end(),
                 {fmt::format("{} of {}", NumberField(checkpoint, "num_acknowledged_subtasks"),
                              NumberField(checkpoint, "num_subtasks")),
                  path.empty() ? "-" : path});
    }
    table.Add(std::move(row));
  }
  return table;
}

/// What `-o name` prints of things that have a text or a number by which they are addressed.
std::vector<std::string> NamesOf(const json::array& things, std::string_view member) {
  std::vector<std::string> names;
  for (const json::value& thing : things) {
    const std::string text = TextField(thing, member);
    names.push_back(text.empty() ? std::to_string(NumberField(thing, member)) : text);
  }
  return names;
}

}  // namespace

bool HasEnded(std::string_view state) {
  return state == "FINISHED" || state == "FAILED" || state == "CANCELED";
}

int ListJobs(const CommandContext& context, const ListFilter& filter) {
  Result<json::value> answer = context.Rest().Get("/jobs/overview");
  if (!answer.ok()) return Fail(context, answer.status());
  json::array shown;
  for (const json::value& job : ArrayField(*answer, "jobs")) {
    if (Matches(filter, TextField(job, "state"))) shown.push_back(job);
  }
  if (ShowValue(context, shown, NamesOf(shown, "jid"))) return kExitDone;
  if (shown.empty()) {
    context.console.Message(filter.all ? "No jobs."
                                       : "No running or waiting jobs; --all shows ended ones.");
    return kExitDone;
  }
  context.console.Raw(JobTable(shown, context.format == OutputFormat::kWide).Render());
  return kExitDone;
}

int CancelJob(const CommandContext& context, const std::string& job) {
  const RestClient rest = context.Rest();
  Result<json::value> answer = rest.Patch("/jobs/" + job + "?mode=cancel");
  if (!answer.ok()) return Fail(context, answer.status());
  const int code = WaitForJob(context, rest, job, std::chrono::seconds(30));
  return code == kExitFailed ? kExitDone : code;  // CANCELED is what was asked for
}

int WaitForJob(const CommandContext& context, const RestClient& rest, const std::string& job,
               std::optional<std::chrono::milliseconds> timeout) {
  const auto start = SystemClock::Instance().Now();
  std::string last_reason;
  while (true) {
    Result<json::value> detail = rest.Get("/jobs/" + job);
    const bool away = !detail.ok() && detail.status().code() == ErrorCode::kUnavailable;
    if (!detail.ok() && !away) return Fail(context, detail.status());
    if (away) {
      context.console.Progress("waiting for the coordinator to come back");
    } else {
      if (HasEnded(TextField(*detail, "state"))) return ReportEnd(context, rest, job, *detail);
      const std::string reason = TextField(*detail, "status-reason");
      if (!reason.empty() && reason != last_reason)
        context.console.Message("Job " + job + " is " + StateText(*detail) + ".");
      last_reason = reason;
      context.console.Progress(ProgressText(*detail, CheckpointProgress(context, rest, job)));
    }
    if (Interrupted()) {
      context.console.Message(
          fmt::format("Interrupted; the job goes on. Cancel it with: penstock cancel {}", job));
      return kExitInterrupted;
    }
    if (timeout && SystemClock::Instance().Now() - start > *timeout) {
      return Fail(context, Status::Error(ErrorDomain::kUser, ErrorCode::kTimeout,
                                         "job " + job + " has not ended in time",
                                         "penstock wait " + job + " waits for it"));
    }
    std::this_thread::sleep_for(away ? 10 * kPollInterval : kPollInterval);
  }
}

int AwaitJob(const CommandContext& context, const std::string& job, const std::string& timeout) {
  std::optional<std::chrono::milliseconds> limit;
  if (!timeout.empty()) {
    limit = ParseDuration(timeout);
    if (!limit) {
      return Fail(context, Status::InvalidArgument("'" + timeout + "' is not a duration",
                                                   "write it like 30 s or 5 min"));
    }
  }
  CatchInterrupts();
  return WaitForJob(context, context.Rest(), job, limit);
}

int ShowCheckpoints(const CommandContext& context, const std::string& job) {
  Result<json::value> answer = context.Rest().Get("/jobs/" + job + "/checkpoints");
  if (!answer.ok()) return Fail(context, answer.status());
  const json::array& history = ArrayField(*answer, "history");
  if (ShowValue(context, *answer, NamesOf(history, "id"))) return kExitDone;
  const json::value& counts = MemberField(*answer, "counts");
  context.console.Message(
      fmt::format("{} completed, {} failed, {} in progress, {} restored",
                  NumberField(counts, "completed"), NumberField(counts, "failed"),
                  NumberField(counts, "in_progress"), NumberField(counts, "restored")));
  context.console.Raw(CheckpointTable(history, context.format == OutputFormat::kWide).Render());
  return kExitDone;
}

int ShowWorkers(const CommandContext& context) {
  Result<json::value> answer = context.Rest().Get("/taskmanagers");
  if (!answer.ok()) return Fail(context, answer.status());
  const json::array& workers = ArrayField(*answer, "taskmanagers");
  if (ShowValue(context, workers, NamesOf(workers, "id"))) return kExitDone;
  if (workers.empty()) {
    context.console.Message("No workers are registered. Start one with: penstock worker");
    return kExitDone;
  }
  context.console.Raw(WorkerTable(workers, context.format == OutputFormat::kWide).Render());
  return kExitDone;
}

}  // namespace penstock
