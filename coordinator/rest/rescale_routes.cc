// Routes about the parallelism of a job.

#include <fmt/format.h>

#include "coordinator/rest/job_views.h"
#include "coordinator/rest/json_body.h"
#include "coordinator/rest/rest_service.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr char kShape[] =
    R"(write {"<vertex id>": {"parallelism": {"lowerBound": 1, "upperBound": 4}}} for every vertex)";

json::object Requirements(const JobMaster& job) {
  json::object requirements;
  for (const JobVertex& vertex : job.wanted_graph().vertices) {
    requirements[VertexIdText(vertex.id)] = json::object{
        {"parallelism", json::object{{"lowerBound", 1}, {"upperBound", vertex.parallelism}}}};
  }
  return requirements;
}

/// The upper bound of one vertex.
Result<std::int64_t> UpperBound(const std::string& vertex, const json::value& requirement) {
  const json::object* object = requirement.if_object();
  const json::value* bounds = object != nullptr ? object->if_contains("parallelism") : nullptr;
  const json::object* both = bounds != nullptr ? bounds->if_object() : nullptr;
  const json::value* lower = both != nullptr ? both->if_contains("lowerBound") : nullptr;
  const json::value* upper = both != nullptr ? both->if_contains("upperBound") : nullptr;
  if (lower == nullptr || upper == nullptr || !lower->is_int64() || !upper->is_int64()) {
    return Status::InvalidArgument(
        "the requirement of vertex " + vertex + " needs numbers as lowerBound and upperBound",
        kShape);
  }
  if (lower->get_int64() < 1 || lower->get_int64() > upper->get_int64()) {
    return Status::InvalidArgument(
        fmt::format("vertex {}: lowerBound {} is not within 1 and upperBound {}", vertex,
                    lower->get_int64(), upper->get_int64()),
        kShape);
  }
  return upper->get_int64();
}

Status CheckVertices(const JobMaster& job, const json::object& requirements) {
  for (const auto& [vertex, requirement] : requirements) {
    PENSTOCK_RETURN_IF_ERROR(ParseVertexId(job.wanted_graph(), std::string(vertex)).status());
  }
  for (const JobVertex& vertex : job.wanted_graph().vertices) {
    if (requirements.contains(VertexIdText(vertex.id))) continue;
    return Status::InvalidArgument(
        "vertex " + VertexIdText(vertex.id) + " (" + vertex.name + ") is missing", kShape);
  }
  return {};
}

/// The one parallelism that the body asks for.
Result<std::uint32_t> ParseRequirements(const JobMaster& job, const std::string& body) {
  json::error_code failure;
  const json::value value = json::parse(body, failure);
  if (failure || !value.is_object()) {
    return Status::InvalidArgument("the body must be a JSON object", kShape);
  }
  PENSTOCK_RETURN_IF_ERROR(CheckVertices(job, value.get_object()));
  std::optional<std::int64_t> common;
  for (const auto& [vertex, requirement] : value.get_object()) {
    PENSTOCK_ASSIGN_OR_RETURN(const std::int64_t wanted,
                              UpperBound(std::string(vertex), requirement));
    if (common && *common != wanted) {
      return Status::InvalidArgument(
          fmt::format("vertices are to have different parallelism, {} and {}", *common, wanted),
          "give all vertices the same upperBound: it becomes parallelism.default, and operators "
          "with a parallelism of their own in the job's code keep it");
    }
    common = wanted;
  }
  if (*common > UINT32_MAX) return Status::InvalidArgument("upperBound is too large", kShape);
  return static_cast<std::uint32_t>(*common);
}

}  // namespace

void RestService::AddRescaleRoutes() {
  AddJobView("/jobs/:job/resource-requirements",
             [](const JobMaster& job, const RestCall&) { return JsonResponse(Requirements(job)); });
  router_.Add("PUT", "/jobs/:job/resource-requirements", [this](const RestCall& call) {
    const auto id = ParseId<JobId>(call.Parameter("job"));
    if (!id.ok()) return call.responder.Send(ErrorResponse(id.status()));
    const auto job = dispatcher_.FindJob(*id);
    if (!job.ok()) return call.responder.Send(ErrorResponse(job.status()));
    const auto parallelism = ParseRequirements(**job, call.request.body);
    if (!parallelism.ok()) return call.responder.Send(ErrorResponse(parallelism.status()));
    dispatcher_.Rescale(
        *id, *parallelism, [responder = call.responder](const Result<JobId>& begun) {
          responder.Send(begun.ok() ? JsonResponse(json::object()) : ErrorResponse(begun.status()));
        });
  });
}

}  // namespace penstock
