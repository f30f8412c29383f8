#include "cli/run_command.h"

#include <random>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/job_commands.h"
#include "cli/json_fields.h"
#include "cli/savepoint_commands.h"
#include "common/config/options.h"
#include "common/file_system.h"
#include "common/ids.h"

namespace penstock {
namespace {

namespace json = boost::json;

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// Makes a repeated submission, after an answer that got lost, the same job.
std::string NewIdempotencyKey() {
  std::random_device random;
  auto word = [&] { return (static_cast<std::uint64_t>(random()) << 32) | random(); };
  return HexIdToString(word(), word());
}

Result<std::string> ReadPlugin(const std::string& path) {
  constexpr const char* kHint =
      "give the path of a job's .so; jobs of this tree are in build/jobs/";
  if (Result<bool> directory = PosixFileSystem().IsDirectory(path); directory.ok() && *directory) {
    return Status::InvalidArgument("'" + path + "' is a directory", kHint);
  }
  Result<std::string> content = ReadFile(PosixFileSystem(), path);
  if (!content.ok() && content.status().code() == ErrorCode::kNotFound) {
    return Status::NotFound("there is no file '" + path + "'", kHint);
  }
  return content;
}

Result<std::string> UidMapping(const std::vector<std::string>& mappings) {
  std::string joined;
  for (const std::string& mapping : mappings) {
    const std::size_t equals = mapping.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == mapping.size() ||
        mapping.find(',') != std::string::npos) {
      return Status::InvalidArgument("--map-uid: '" + mapping + "' is not of the form OLD=NEW",
                                     "give one uid of the savepoint and one of the job");
    }
    joined += (joined.empty() ? "" : ",") + mapping;
  }
  return joined;
}

/// What the job starts from, as options; `configuration` is what was configured besides.
Status AddStart(const RunRequest& request, json::object& configuration) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string mapping, UidMapping(request.uid_mappings));
  if (!request.savepoint.empty()) {
    configuration[options::kRestorePath.spec.key] = AbsoluteLocation(request.savepoint);
  }
  if (!request.claim_mode.empty()) {
    configuration[options::kClaimMode.spec.key] = request.claim_mode;
  }
  if (request.allow_non_restored_state) {
    configuration[options::kIgnoreUnclaimedState.spec.key] = "true";
  }
  if (request.accept_duplicates) configuration[options::kAcceptDuplicates.spec.key] = "true";
  if (!mapping.empty()) configuration[options::kUidMapping.spec.key] = mapping;
  const bool wants_start = request.allow_non_restored_state || request.accept_duplicates ||
                           !mapping.empty() || !request.claim_mode.empty();
  if (wants_start && !configuration.contains(options::kRestorePath.spec.key)) {
    return Status::InvalidArgument("these options need something to start from",
                                   "name a savepoint or checkpoint: -s PATH");
  }
  return {};
}

Result<std::string> Submit(const CommandContext& context, const RestClient& rest,
                           const RunRequest& request) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string plugin, ReadPlugin(request.plugin));
  context.console.Progress(
      fmt::format("uploading {} ({})", request.plugin, HumanBytes(plugin.size())));
  PENSTOCK_ASSIGN_OR_RETURN(const json::value uploaded,
                            rest.Upload("/jars/upload", BaseName(request.plugin), plugin));
  const std::string plugin_id = BaseName(TextField(uploaded, "filename"));

  json::object body = {{"workingDirectory", CurrentDirectory()},
                       {"idempotencyKey", NewIdempotencyKey()}};
  json::array arguments(request.arguments.begin(), request.arguments.end());
  body["programArgsList"] = arguments;
  if (request.parallelism) body["parallelism"] = *request.parallelism;
  if (!request.name.empty()) body["jobName"] = request.name;
  json::object configuration;
  for (const auto& [key, value] : context.config.Explicit()) {
    if (key.starts_with("execution.") || key.starts_with("pipeline.") ||
        key.starts_with("restart-strategy.") || key.starts_with("parallelism.")) {
      configuration[key] = value;
    }
  }
  PENSTOCK_RETURN_IF_ERROR(AddStart(request, configuration));
  body["flinkConfiguration"] = configuration;
  context.console.Progress("planning the job");
  PENSTOCK_ASSIGN_OR_RETURN(const json::value submitted,
                            rest.Post("/jars/" + plugin_id + "/run", body));
  for (const json::value& warning : ArrayField(submitted, "warnings")) {
    if (warning.is_string())
      context.console.Message("warning: " + std::string(warning.get_string()));
  }
  const std::string guarantee = TextField(submitted, "guarantee");
  if (!guarantee.empty()) context.console.Message("Guarantee: " + guarantee);
  return TextField(submitted, "jobid");
}

}  // namespace

int RunJob(const CommandContext& context, const CliHooks& hooks, const RunRequest& request) {
  std::unique_ptr<LocalCluster> local;
  if (request.local) {
    Result<std::unique_ptr<LocalCluster>> started = hooks.start_local(context.config);
    if (!started.ok()) {
      context.console.Error(started.status());
      return ExitCodeOf(started.status());
    }
    local = std::move(started).value();
  }
  const RestClient rest = local ? RestClient(local->rest_url(), local->token()) : context.Rest();
  Result<std::string> job = Submit(context, rest, request);
  if (!job.ok()) {
    context.console.Error(job.status());
    return ExitCodeOf(job.status());
  }
  context.console.Line("Job has been submitted with JobID " + *job);
  if (request.detached) return kExitDone;
  CatchInterrupts();
  return WaitForJob(context, rest, *job, std::nullopt);
}

}  // namespace penstock
