#include "cli/submission.h"

#include <fmt/format.h>

#include "cli/json_fields.h"
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
  return key.starts_with("execution.") || key.starts_with("pipeline.") ||
         key.starts_with("restart-strategy.") || key.starts_with("parallelism.");
}

}  // namespace

Result<std::string> UploadPlugin(const CommandContext& context, const RestClient& rest,
                                 const RunRequest& request) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string plugin, ReadPlugin(request.plugin));
  context.console.Progress(
      fmt::format("uploading {} ({})", request.plugin, HumanBytes(plugin.size())));
  PENSTOCK_ASSIGN_OR_RETURN(const json::value uploaded,
                            rest.Upload("/jars/upload", BaseName(request.plugin), plugin));
  return BaseName(TextField(uploaded, "filename"));
}

json::object SubmissionBody(const CommandContext& context, const RunRequest& request) {
  json::object body = {{"workingDirectory", CurrentDirectory()}};
  json::array arguments(request.arguments.begin(), request.arguments.end());
  body["programArgsList"] = arguments;
  if (request.parallelism) body["parallelism"] = *request.parallelism;
  if (!request.name.empty()) body["jobName"] = request.name;
  json::object configuration;
  for (const auto& [key, value] : context.config.Explicit()) {
    if (IsJobOption(key)) configuration[key] = value;
  }
  body["flinkConfiguration"] = configuration;
  return body;
}

}  // namespace penstock
