#include "cli/run_command.h"

#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/job_commands.h"
#include "cli/json_fields.h"
#include "cli/shown_value.h"
#include "cli/submission.h"

namespace penstock {
namespace {

namespace json = boost::json;

Result<json::value> Submit(const CommandContext& context, const RestClient& rest,
                           const RunRequest& request) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string plugin, UploadPlugin(context, rest, request));
  PENSTOCK_ASSIGN_OR_RETURN(json::object body, SubmissionBody(context, request));
  body["idempotencyKey"] = NewRequestKey();
  context.console.Progress("planning the job");
  PENSTOCK_ASSIGN_OR_RETURN(const json::value submitted,
                            rest.Post("/jars/" + plugin + "/run", body));
  for (const json::value& warning : ArrayField(submitted, "warnings")) {
    if (warning.is_string())
      context.console.Message("warning: " + std::string(warning.get_string()));
  }
  const std::string guarantee = TextField(submitted, "guarantee");
  if (!guarantee.empty()) context.console.Message("Guarantee: " + guarantee);
  return submitted;
}

}  // namespace

int RunJob(const CommandContext& context, const CliHooks& hooks, const RunRequest& request) {
  std::unique_ptr<LocalCluster> local;
  if (request.local) {
    Result<std::unique_ptr<LocalCluster>> started = hooks.start_local(context.config);
    if (!started.ok()) return Fail(context, started.status());
    local = std::move(started).value();
  }
  const RestClient rest = local ? RestClient(local->rest_url(), local->token()) : context.Rest();
  const Result<json::value> submitted = Submit(context, rest, request);
  if (!submitted.ok()) return Fail(context, submitted.status());
  const std::string job = TextField(*submitted, "jobid");
  if (!ShowValue(context, *submitted, {job})) {
    context.console.Line("Job has been submitted with JobID " + job);
  }
  if (request.detached) return kExitDone;
  CatchInterrupts();
  return WaitForJob(context, rest, job, std::nullopt);
}

}  // namespace penstock
