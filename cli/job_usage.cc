#include "cli/job_usage.h"

#include <algorithm>
#include <string_view>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/planning.h"
#include "cli/shown_value.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// "integer, from 1 to 100; default 5".
std::string ValueText(const ArgumentSpec& argument) {
  std::string text = argument.allowed;
  const std::string need =
      argument.fallback
          ? fmt::format("default {}", argument.fallback->empty() ? "none" : *argument.fallback)
          : "required";
  return text.empty() ? need : fmt::format("{}; {}", text, need);
}

std::string Usage(const PlannerAnswer& job, const RunRequest& request, const std::string& command) {
  std::string synopsis;
  for (const ArgumentSpec& argument : job.arguments) {
    const std::string word = fmt::format("--{} <{}>", argument.name, argument.type);
    synopsis += argument.fallback ? fmt::format(" [{}]", word) : " " + word;
  }
  return fmt::format("Job {}\nUsage: penstock {} [OPTIONS] {}{}\n", job.job, command,
                     request.plugin, synopsis);
}

std::string Arguments(const PlannerAnswer& job) {
  if (job.arguments.empty()) return "\nThe job takes no arguments.\n";
  Table table({"ARGUMENT", "VALUE", "MEANING"});
  for (const ArgumentSpec& argument : job.arguments) {
    table.Add({fmt::format("--{} <{}>", argument.name, argument.type), ValueText(argument),
               argument.description});
  }
  return "\n" + table.Render();
}

}  // namespace

bool TakeJobHelp(std::vector<char*>& words) {
  constexpr std::string_view kCommands[] = {"run", "info", "validate"};
  if (words.size() < 3 ||
      std::find(std::begin(kCommands), std::end(kCommands), words[1]) == std::end(kCommands)) {
    return false;
  }
  const auto plugin = std::find_if(words.begin() + 2, words.end(),
                                   [](std::string_view word) { return word.ends_with(".so"); });
  const auto first = std::remove_if(
      plugin, words.end(), [](std::string_view word) { return word == "--help" || word == "-h"; });
  const bool asked = first != words.end();
  words.erase(first, words.end());
  return asked;
}

int ShowJobUsage(const CommandContext& context, const RunRequest& request,
                 const std::string& command, const std::string& options) {
  // Without arguments, so that what is asked for doesn't depend on them.
  RunRequest bare = request;
  bare.arguments.clear();
  const Result<PlannerAnswer> answer = AskForPlan(context, bare);
  if (!answer.ok()) return Fail(context, answer.status());
  if (answer->job.empty()) return Fail(context, ToStatus(answer->problems));
  if (ShowValue(context, json::object{{"job", answer->job},
                                      {"arguments", ArgumentsToJson(answer->arguments)}})) {
    return kExitDone;
  }
  context.console.Raw(Usage(*answer, request, command));
  context.console.Raw(Arguments(*answer));
  context.console.Raw(fmt::format("\nOPTIONS of penstock {}, which stand before the plugin:\n{}",
                                  command, options));
  return kExitDone;
}

}  // namespace penstock
