#include "cli/validate_command.h"

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/json_fields.h"
#include "cli/shown_value.h"
#include "cli/submission.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// Reading a large savepoint takes long.
constexpr std::chrono::hours kTimeout{24};

/// Moves `--against PATH` out of the job's arguments: it reads best at the end of the command.
void TakeAgainst(std::vector<std::string>& arguments, std::string& against) {
  constexpr std::string_view kOption = "--against";
  for (auto it = arguments.begin(); it != arguments.end() && against.empty(); ++it) {
    if (*it == kOption && it + 1 != arguments.end()) {
      against = *(it + 1);
      arguments.erase(it, it + 2);
      return;
    }
    if (it->starts_with(std::string(kOption) + "=")) {
      against = it->substr(kOption.size() + 1);
      arguments.erase(it);
      return;
    }
  }
}

Result<json::value> Ask(const CommandContext& context, const RunRequest& job) {
  RestClient rest = context.Rest();
  rest.set_timeout(kTimeout);
  PENSTOCK_ASSIGN_OR_RETURN(const std::string plugin, UploadPlugin(context, rest, job));
  PENSTOCK_ASSIGN_OR_RETURN(const json::object body, SubmissionBody(context, job));
  context.console.Progress("reading " + job.savepoint);
  return rest.Post("/jars/" + plugin + "/validate", body);
}

void Print(const CommandContext& context, const json::value& report, bool fits) {
  if (ShowValue(context, report)) return;
  for (const json::value& note : ArrayField(report, "notes")) {
    if (note.is_string()) context.console.Line("note: " + std::string(note.get_string()));
  }
  for (const json::value& problem : ArrayField(report, "problems")) {
    if (problem.is_string()) context.console.Line("problem: " + std::string(problem.get_string()));
  }
  context.console.Line(fits ? "The job can begin with this state."
                            : "The job cannot begin with this state.");
}

}  // namespace

int ValidateJob(const CommandContext& context, RunRequest job) {
  TakeAgainst(job.arguments, job.savepoint);
  if (job.savepoint.empty()) {
    return Fail(context, Status::InvalidArgument("there is nothing to validate against",
                                                 "name a savepoint: --against PATH"));
  }
  const Result<json::value> report = Ask(context, job);
  if (!report.ok()) return Fail(context, report.status());
  const json::value& ok = MemberField(*report, "ok");
  const bool fits = ok.is_bool() && ok.get_bool();
  Print(context, *report, fits);
  if (!fits) {
    context.console.Message(
        "hint: --map-uid OLD=NEW renames operators, --allow-non-restored-state drops state "
        "that matches nothing; docs/state.md says how types may change");
  }
  return fits ? kExitDone : kExitFailed;
}

}  // namespace penstock
