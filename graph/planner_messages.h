#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>

#include "common/status.h"
#include "graph/argument_spec.h"
#include "graph/job_graph.h"

namespace penstock {

// What goes in and out of a planner process, as JSON documents on its stdin and stdout.

/// What a job function and its graph depend on.
struct PlanRequest {
  std::string plugin_path;
  std::string name;  ///< Empty: the plugin's.
  std::map<std::string, std::string> arguments;
  std::string working_directory;                     ///< Of the submitter.
  std::map<std::string, std::string> configuration;  ///< Effective options of the job, as text.
  /// The configuration is that of a job that exists: what its code sets went into it at submission,
  /// and may have been changed since, as a rescaling does.
  bool settled = false;
};

struct PlannerRequest {
  PlanRequest plan;
  std::uint64_t memory_bytes = 0;  ///< Address space of the planner; 0: no limit.
};

/// One thing that is wrong with a job.
struct PlanProblem {
  std::string message;
  std::string hint;
  bool operator==(const PlanProblem&) const = default;
};

struct Plan {
  JobGraph graph;
  std::vector<std::string> warnings;
  /// What the job's code sets, by key; over the configuration of the request. None when settled.
  std::map<std::string, std::string> options;
};

/// A plan, or at least one problem; with what the job function has told by then.
struct PlannerAnswer {
  Plan plan;
  std::vector<PlanProblem> problems;
  std::string job;  ///< The plugin's name for it; empty when the plugin can't be loaded.
  std::vector<ArgumentSpec> arguments;
};

/// [{"name": …, "type": …, "required": …, "default": …, "allowed": …, "description": …}]; no
/// "default" when required.
boost::json::array ArgumentsToJson(const std::vector<ArgumentSpec>& arguments);

std::string PlannerRequestToJson(const PlannerRequest& request);
Result<PlannerRequest> PlannerRequestFromJson(std::string_view json);
/// {"graph": …, "warnings": […], "options": {…}} or {"errors": [{"message": …, "hint": …}]}; both
/// with "job" and "arguments".
std::string PlannerAnswerToJson(const PlannerAnswer& answer);
Result<PlannerAnswer> PlannerAnswerFromJson(std::string_view json);

/// All problems as one user error; requires at least one.
Status ToStatus(const std::vector<PlanProblem>& problems);

}  // namespace penstock
