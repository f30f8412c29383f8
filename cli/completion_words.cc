#include "cli/completion_words.h"

#include <string_view>

#include "cli/command_line.h"

namespace penstock {
namespace {

/// The words between braces in an option's type, where its checks show them: "TEXT:{json,yaml}".
std::vector<std::string> WordsOf(const std::string& type) {
  std::vector<std::string> words;
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}');
  if (open == std::string::npos || close == std::string::npos || close < open) return words;
  std::string_view list = std::string_view(type).substr(open + 1, close - open - 1);
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    words.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return words;
}

CompletedValue ValueOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  CompletedValue value;
  value.words = WordsOf(type);
  if (!value.words.empty()) {
    value.kind = Completed::kWords;
  } else if (type == kJobValue) {
    value.kind = Completed::kJobs;
  } else if (type == kWorkerValue) {
    value.kind = Completed::kWorkers;
  } else if (type == kPluginValue) {
    value.kind = Completed::kPlugins;
  } else if (type == kFileValue || type == kPathValue) {
    value.kind = Completed::kFiles;
  } else if (type == kKeyValue) {
    value.kind = Completed::kKeys;
  } else if (type == kDefinitionValue) {
    value.kind = Completed::kDefinitions;
  }
  return value;
}

void AddCommand(const CLI::App& app, const std::string& path,
                std::vector<CompletedCommand>& commands) {
  CompletedCommand command{path, app.get_description(), app.get_subcommands({}), {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      command.positionals.push_back(ValueOf(*option));
      continue;
    }
    command.options.push_back({option->get_snames(), option->get_lnames(),
                               option->get_description(), option->get_items_expected_max() > 0,
                               ValueOf(*option)});
  }
  commands.push_back(std::move(command));
  for (const CLI::App* below : app.get_subcommands({})) {
    AddCommand(*below, path + " " + below->get_name(), commands);
  }
}

}  // namespace

std::vector<CompletedCommand> CompletedCommands(const CLI::App& app) {
  std::vector<CompletedCommand> commands;
  AddCommand(app, app.get_name(), commands);
  return commands;
}

}  // namespace penstock
