#include "worker/plugin/job_options.h"

#include <fmt/format.h>

#include "common/config/options.h"

namespace penstock {
namespace {

Status CheckOption(const std::string& key, const std::string& value) {
  const OptionSpec* spec = FindOption(key);
  if (spec == nullptr) {
    const std::string nearest = NearestKey(key);
    return Status::InvalidArgument("unknown option",
                                   nearest.empty() ? "options are listed by 'penstock config get'"
                                                   : fmt::format("did you mean '{}'?", nearest));
  }
  switch (ScopeOf(*spec)) {
    case OptionScope::kCluster:
      return Status::InvalidArgument("this option is the cluster's, not the job's",
                                     "set it in the configuration of coordinator and workers");
    case OptionScope::kSubmission:
      return Status::InvalidArgument("what a job starts from is not for its code to say",
                                     "give it with the submission: penstock run -s PATH");
    case OptionScope::kJob: return CheckValue(*spec, value);
  }
  return {};
}

}  // namespace

std::map<std::string, std::string> ApplyOptions(const CodeOptions& options, Configuration& config,
                                                std::vector<PlanProblem>& problems) {
  std::map<std::string, std::string> applied;
  for (const auto& [key, value] : options) {
    Status status = CheckOption(key, value);
    if (status.ok()) status = config.Set(key, value, ConfigOrigin::kCode, "env.set");
    if (status.ok()) {
      applied[std::string(FindOption(key)->key)] = value;
      continue;
    }
    problems.push_back(
        {fmt::format("env.set(\"{}\", \"{}\"): {}", key, value, status.message()), status.hint()});
  }
  const Status together = config.CheckTogether();
  if (!options.empty() && !together.ok()) problems.push_back({together.message(), together.hint()});
  return applied;
}

}  // namespace penstock
