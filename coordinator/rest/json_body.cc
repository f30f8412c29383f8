#include "coordinator/rest/json_body.h"

#include "common/config/options.h"
#include "graph/job_arguments.h"

namespace penstock {
namespace {

namespace json = boost::json;

Status WrongType(std::string_view member, std::string_view expected) {
  return Status::InvalidArgument("'" + std::string(member) + "' must be " + std::string(expected));
}

Status ReadText(const json::object& body, std::string_view member, std::string& text) {
  const json::value* value = body.if_contains(member);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_string()) return WrongType(member, "a string");
  text = std::string(value->get_string());
  return {};
}

Status ReadArguments(const json::object& body, std::map<std::string, std::string>& arguments) {
  const json::value* value = body.if_contains("programArgsList");
  if (value == nullptr || value->is_null()) return {};
  std::vector<std::string> list;
  if (!value->is_array()) return WrongType("programArgsList", "a list of strings");
  for (const json::value& argument : value->get_array()) {
    if (!argument.is_string()) return WrongType("programArgsList", "a list of strings");
    list.emplace_back(argument.get_string());
  }
  PENSTOCK_ASSIGN_OR_RETURN(arguments, ParseJobArguments(list));
  return {};
}

Status ReadConfiguration(const json::object& body, std::string_view member,
                         std::map<std::string, std::string>& configuration) {
  const json::value* value = body.if_contains(member);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_object()) return WrongType(member, "an object");
  for (const auto& [key, entry] : value->get_object()) {
    configuration[std::string(key)] =
        entry.is_string() ? std::string(entry.get_string()) : json::serialize(entry);
  }
  return {};
}

Status ReadParallelism(const json::object& body,
                       std::map<std::string, std::string>& configuration) {
  const json::value* value = body.if_contains("parallelism");
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_int64()) return WrongType("parallelism", "a number");
  configuration[std::string(options::kParallelism.spec.key)] = std::to_string(value->get_int64());
  return {};
}

Result<json::value> ParseBody(const std::string& body) {
  if (body.empty()) return json::value(json::object());
  json::error_code failure;
  json::value value = json::parse(body, failure);
  if (failure) return Status::InvalidArgument("the body is not JSON: " + failure.message());
  if (!value.is_object()) return Status::InvalidArgument("the body must be a JSON object");
  return value;
}

}  // namespace

HttpResponse JsonResponse(const json::value& value, int status) {
  HttpResponse response;
  response.status = status;
  response.body = json::serialize(value);
  return response;
}

Result<Submission> ParseSubmission(const HttpRequest& request, const std::string& plugin_hash) {
  PENSTOCK_ASSIGN_OR_RETURN(const json::value value, ParseBody(request.body));
  const json::object& body = value.get_object();
  Submission submission;
  submission.plugin_hash = plugin_hash;
  submission.idempotency_key = request.Header("idempotency-key");
  PENSTOCK_RETURN_IF_ERROR(ReadText(body, "idempotencyKey", submission.idempotency_key));
  PENSTOCK_RETURN_IF_ERROR(ReadText(body, "jobName", submission.name));
  PENSTOCK_RETURN_IF_ERROR(ReadText(body, "workingDirectory", submission.working_directory));
  PENSTOCK_RETURN_IF_ERROR(ReadArguments(body, submission.arguments));
  PENSTOCK_RETURN_IF_ERROR(ReadConfiguration(body, "flinkConfiguration", submission.configuration));
  PENSTOCK_RETURN_IF_ERROR(ReadConfiguration(body, "configuration", submission.configuration));
  PENSTOCK_RETURN_IF_ERROR(ReadParallelism(body, submission.configuration));
  return submission;
}

Result<std::string> ParseSavepointPath(const HttpRequest& request, const Submission& submission) {
  PENSTOCK_ASSIGN_OR_RETURN(const json::value value, ParseBody(request.body));
  std::string path;
  PENSTOCK_RETURN_IF_ERROR(ReadText(value.get_object(), "savepointPath", path));
  const auto option = submission.configuration.find(std::string(options::kRestorePath.spec.key));
  if (path.empty() && option != submission.configuration.end()) path = option->second;
  if (!path.empty()) return path;
  return Status::InvalidArgument("there is nothing to validate against",
                                 "give the path of a savepoint as 'savepointPath'");
}

}  // namespace penstock
