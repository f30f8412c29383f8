#include "cli/submission.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/json_fields.h"
#include "cli/savepoint_commands.h"
#include "common/config/options.h"
#include "common/file_system.h"

namespace penstock {
namespace {

namespace json = boost::json;

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

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

bool IsJobOption(const std::string& key) {
  const OptionSpec* spec = FindOption(key);
  return spec != nullptr && ScopeOf(*spec) != OptionScope::kCluster;
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

}  // namespace

Result<std::string> UploadPlugin(const CommandContext& context, const RestClient& rest,
                                 const RunRequest& request) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string plugin, ReadPlugin(request.plugin));
  const auto show = [&](std::uint64_t sent) {
    context.console.Progress(fmt::format("uploading {}: {} of {}", BaseName(request.plugin),
                                         HumanBytes(std::min<std::uint64_t>(sent, plugin.size())),
                                         HumanBytes(plugin.size())));
  };
  show(0);
  PENSTOCK_ASSIGN_OR_RETURN(const json::value uploaded,
                            rest.Upload("/jars/upload", BaseName(request.plugin), plugin, show));
  return BaseName(TextField(uploaded, "filename"));
}

Result<json::object> SubmissionBody(const CommandContext& context, const RunRequest& request) {
  json::object body = {{"workingDirectory", CurrentDirectory()}};
  json::array arguments(request.arguments.begin(), request.arguments.end());
  body["programArgsList"] = arguments;
  if (request.parallelism) body["parallelism"] = *request.parallelism;
  if (!request.name.empty()) body["jobName"] = request.name;
  json::object configuration;
  for (const auto& [key, value] : context.config.Explicit()) {
    if (IsJobOption(key)) configuration[key] = value;
  }
  PENSTOCK_RETURN_IF_ERROR(AddStart(request, configuration));
  body["flinkConfiguration"] = configuration;
  return body;
}

}  // namespace penstock
