#include "graph/planner_messages.h"

#include <utility>

#include <boost/json.hpp>

namespace penstock {
namespace {

namespace json = boost::json;

Status Malformed(const char* what) { return Status::Internal(std::string("malformed ") + what); }

json::object ToObject(const std::map<std::string, std::string>& map) {
  json::object object;
  for (const auto& [key, value] : map) object[key] = value;
  return object;
}

std::string StringAt(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

std::map<std::string, std::string> MapAt(const json::object& object, std::string_view key) {
  std::map<std::string, std::string> map;
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_object()) return map;
  for (const auto& member : value->get_object()) {
    if (member.value().is_string()) {
      map.emplace(member.key(), std::string(member.value().get_string()));
    }
  }
  return map;
}

const json::array* ArrayAt(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

Result<json::object> ParseObject(std::string_view text, const char* what) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object()) return Malformed(what);
  return std::move(value.get_object());
}

ArgumentSpec ArgumentFromJson(const json::object& object) {
  ArgumentSpec spec{StringAt(object, "name"), StringAt(object, "type"), std::nullopt,
                    StringAt(object, "allowed"), StringAt(object, "description")};
  const json::value* fallback = object.if_contains("default");
  if (fallback != nullptr && fallback->is_string()) spec.fallback = fallback->get_string().c_str();
  return spec;
}

}  // namespace

json::array ArgumentsToJson(const std::vector<ArgumentSpec>& arguments) {
  json::array array;
  for (const ArgumentSpec& spec : arguments) {
    json::object object{{"name", spec.name},
                        {"type", spec.type},
                        {"required", !spec.fallback.has_value()},
                        {"allowed", spec.allowed},
                        {"description", spec.description}};
    if (spec.fallback) object["default"] = *spec.fallback;
    array.push_back(std::move(object));
  }
  return array;
}

std::string PlannerRequestToJson(const PlannerRequest& request) {
  json::object object;
  object["plugin"] = request.plan.plugin_path;
  object["name"] = request.plan.name;
  object["arguments"] = ToObject(request.plan.arguments);
  object["working-directory"] = request.plan.working_directory;
  object["configuration"] = ToObject(request.plan.configuration);
  object["settled"] = request.plan.settled;
  object["memory-bytes"] = request.memory_bytes;
  return json::serialize(object);
}

Result<PlannerRequest> PlannerRequestFromJson(std::string_view text) {
  PENSTOCK_ASSIGN_OR_RETURN(const json::object object, ParseObject(text, "planner request"));
  PlannerRequest request;
  request.plan.plugin_path = StringAt(object, "plugin");
  request.plan.name = StringAt(object, "name");
  request.plan.arguments = MapAt(object, "arguments");
  request.plan.working_directory = StringAt(object, "working-directory");
  request.plan.configuration = MapAt(object, "configuration");
  const json::value* settled = object.if_contains("settled");
  request.plan.settled = settled != nullptr && settled->is_bool() && settled->get_bool();
  if (const json::value* bytes = object.if_contains("memory-bytes")) {
    boost::system::error_code error;
    request.memory_bytes = bytes->to_number<std::uint64_t>(error);
    if (error) return Malformed("planner request");
  }
  if (request.plan.plugin_path.empty()) return Malformed("planner request");
  return request;
}

std::string PlannerAnswerToJson(const PlannerAnswer& answer) {
  json::object object;
  object["job"] = answer.job;
  object["arguments"] = ArgumentsToJson(answer.arguments);
  if (!answer.problems.empty()) {
    json::array errors;
    for (const PlanProblem& problem : answer.problems) {
      errors.push_back({{"message", problem.message}, {"hint", problem.hint}});
    }
    object["errors"] = std::move(errors);
    return json::serialize(object);
  }
  object["graph"] = json::parse(JobGraphToJson(answer.plan.graph));
  object["warnings"] = json::value_from(answer.plan.warnings);
  object["options"] = ToObject(answer.plan.options);
  return json::serialize(object);
}

Result<PlannerAnswer> PlannerAnswerFromJson(std::string_view text) {
  PENSTOCK_ASSIGN_OR_RETURN(const json::object object, ParseObject(text, "planner answer"));
  PlannerAnswer answer;
  answer.job = StringAt(object, "job");
  if (const json::array* arguments = ArrayAt(object, "arguments")) {
    for (const json::value& argument : *arguments) {
      if (!argument.is_object()) return Malformed("planner answer");
      answer.arguments.push_back(ArgumentFromJson(argument.get_object()));
    }
  }
  if (const json::array* errors = ArrayAt(object, "errors")) {
    for (const json::value& error : *errors) {
      if (!error.is_object()) return Malformed("planner answer");
      answer.problems.push_back(
          {StringAt(error.get_object(), "message"), StringAt(error.get_object(), "hint")});
    }
    if (!answer.problems.empty()) return answer;
  }
  answer.plan.options = MapAt(object, "options");
  const json::value* graph = object.if_contains("graph");
  if (graph == nullptr) return Malformed("planner answer");
  PENSTOCK_ASSIGN_OR_RETURN(answer.plan.graph, JobGraphFromJson(json::serialize(*graph)));
  if (const json::array* warnings = ArrayAt(object, "warnings")) {
    for (const json::value& warning : *warnings) {
      if (warning.is_string()) answer.plan.warnings.emplace_back(warning.get_string());
    }
  }
  return answer;
}

Status ToStatus(const std::vector<PlanProblem>& problems) {
  constexpr const char* kHint =
      "correct the job's arguments, or its function and build it again; "
      "'penstock info' checks it without running it";
  if (problems.size() == 1) {
    const PlanProblem& only = problems.front();
    return Status::InvalidArgument(only.message, only.hint.empty() ? kHint : only.hint);
  }
  std::string message = "the job has " + std::to_string(problems.size()) + " problems:";
  for (const PlanProblem& problem : problems) {
    message += "\n  - " + problem.message;
    if (!problem.hint.empty()) message += " (" + problem.hint + ")";
  }
  return Status::InvalidArgument(std::move(message), kHint);
}

}  // namespace penstock
