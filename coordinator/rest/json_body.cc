#include "coordinator/rest/json_body.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "common/config/options.h"
#include "graph/job_arguments.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// No request needs more, and the parser works recursively.
constexpr unsigned kMostNesting = 32;

Status WrongType(std::string_view member, std::string_view expected) {
  return Status::InvalidArgument("'" + std::string(member) + "' must be " + std::string(expected));
}

/// At blanks outside of quotes, either kind of which may enclose the other.
std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  bool within = false;
  char quote = 0;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n';
    if (quote == 0 && blank) {
      within = false;
      continue;
    }
    if (!within) words.emplace_back();
    within = true;
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      words.back() += c;
    }
  }
  return words;
}

/// Puts what clients of Flink give as parameters of the query into the body, which goes first.
Status AddQuery(const HttpRequest& request, json::object& body) {
  const auto add = [&](const char* member, json::value value) {
    if (!body.contains(member)) body[member] = std::move(value);
  };
  if (const auto text = request.Query("programArg"); !text.empty()) {
    json::array list;
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t end = std::min(text.find(',', start), text.size());
      list.emplace_back(text.substr(start, end - start));
      start = end + 1;
    }
    add("programArgsList", std::move(list));
  }
  if (const auto text = request.Query("program-args"); !text.empty())
    add("programArgs", json::string(text));
  if (const auto text = request.Query("savepointPath"); !text.empty())
    add("savepointPath", json::string(text));
  if (const auto text = request.Query("parallelism"); !text.empty()) {
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || rest != text.data() + text.size()) {
      return WrongType("parallelism", "a number");
    }
    add("parallelism", number);
  }
  if (const auto text = request.Query("allowNonRestoredState"); !text.empty()) {
    add("allowNonRestoredState", text == "true");
  }
  return {};
}

Status ReadArguments(const json::object& body, std::map<std::string, std::string>& arguments) {
  std::string text;
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "programArgs", text));
  if (!text.empty()) {
    PENSTOCK_ASSIGN_OR_RETURN(arguments, ParseJobArguments(SplitWords(text)));
  }
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

/// What the job starts from, in Flink's words.
Status ReadStart(const json::object& body, std::map<std::string, std::string>& configuration) {
  std::string path;
  std::string mode;
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "savepointPath", path));
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "restoreMode", mode));
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "claimMode", mode));
  bool ignore = false;
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "allowNonRestoredState", ignore));
  if (!path.empty()) configuration[std::string(options::kRestorePath.spec.key)] = path;
  if (!mode.empty()) configuration[std::string(options::kClaimMode.spec.key)] = mode;
  if (ignore) configuration[std::string(options::kIgnoreUnclaimedState.spec.key)] = "true";
  return {};
}

}  // namespace

HttpResponse JsonResponse(const json::value& value, int status) {
  HttpResponse response;
  response.status = status;
  response.body = json::serialize(value);
  return response;
}

Result<json::object> ParseObject(const HttpRequest& request) {
  if (request.body.empty()) return json::object();
  json::error_code failure;
  json::value value = json::parse(request.body, failure, {}, {.max_depth = kMostNesting});
  if (failure == json::error::too_deep) {
    return Status::InvalidArgument("the body is nested more than " + std::to_string(kMostNesting) +
                                   " levels deep");
  }
  if (failure) return Status::InvalidArgument("the body is not JSON: " + failure.message());
  if (!value.is_object()) return Status::InvalidArgument("the body must be a JSON object");
  return value.get_object();
}

Status ReadMember(const json::object& body, std::string_view member, std::string& text) {
  const json::value* value = body.if_contains(member);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_string()) return WrongType(member, "a string");
  text = std::string(value->get_string());
  return {};
}

Status ReadMember(const json::object& body, std::string_view member, bool& flag) {
  const json::value* value = body.if_contains(member);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_bool()) return WrongType(member, "true or false");
  flag = value->get_bool();
  return {};
}

Result<Submission> ParseSubmission(const HttpRequest& request, const std::string& plugin_hash) {
  PENSTOCK_ASSIGN_OR_RETURN(json::object body, ParseObject(request));
  PENSTOCK_RETURN_IF_ERROR(AddQuery(request, body));
  Submission submission;
  submission.plugin_hash = plugin_hash;
  submission.idempotency_key = request.Header("idempotency-key");
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "idempotencyKey", submission.idempotency_key));
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "jobName", submission.name));
  PENSTOCK_RETURN_IF_ERROR(ReadMember(body, "workingDirectory", submission.working_directory));
  PENSTOCK_RETURN_IF_ERROR(ReadArguments(body, submission.arguments));
  PENSTOCK_RETURN_IF_ERROR(ReadConfiguration(body, "flinkConfiguration", submission.configuration));
  PENSTOCK_RETURN_IF_ERROR(ReadConfiguration(body, "configuration", submission.configuration));
  PENSTOCK_RETURN_IF_ERROR(ReadParallelism(body, submission.configuration));
  PENSTOCK_RETURN_IF_ERROR(ReadStart(body, submission.configuration));
  return submission;
}

}  // namespace penstock
