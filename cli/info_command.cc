#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/planning.h"
#include "cli/run_command.h"
#include "cli/shown_value.h"

namespace penstock {
namespace {

namespace json = boost::json;

json::value ToJson(const PlannerAnswer& answer) {
  json::value value = json::parse(JobGraphToJson(answer.plan.graph));
  json::object options;
  for (const auto& [key, option] : answer.plan.options) options[key] = option;
  value.as_object()["options"] = std::move(options);
  value.as_object()["arguments"] = ArgumentsToJson(answer.arguments);
  return value;
}

}  // namespace

int ShowPlan(const CommandContext& context, const RunRequest& request) {
  const Result<PlannerAnswer> answer = AskForPlan(context, request);
  if (!answer.ok()) return Fail(context, answer.status());
  if (!answer->problems.empty()) return Fail(context, ToStatus(answer->problems));
  const Plan& plan = answer->plan;
  for (const std::string& warning : plan.warnings) context.console.Message("warning: " + warning);
  if (ShowValue(context, ToJson(*answer), {plan.graph.name})) return kExitDone;
  context.console.Raw(JobGraphToTree(plan.graph));
  for (const auto& [key, value] : plan.options) {
    context.console.Line(fmt::format("set in code: {} = {}", key, value));
  }
  return kExitDone;
}

}  // namespace penstock
