#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace penstock {

/// What can stand at a place of the command line.
enum class Completed : unsigned char {
  kNothing,
  kWords,
  kJobs,
  kWorkers,
  kPlugins,
  kFiles,
  kKeys,         ///< Of the configuration.
  kDefinitions,  ///< key=value
};

/// The values of one option or positional argument.
struct CompletedValue {
  Completed kind = Completed::kNothing;
  std::vector<std::string> words;  ///< Of kWords.
};

/// One option of a command: "-p" and "--parallelism".
struct CompletedOption {
  std::vector<std::string> short_names;  ///< Without dashes.
  std::vector<std::string> long_names;
  std::string description;
  bool takes_value = false;
  CompletedValue value;
};

/// One command by its path, such as "penstock cluster start".
struct CompletedCommand {
  std::string path;
  std::string description;
  std::vector<const CLI::App*> commands;  ///< Below it.
  std::vector<CompletedOption> options;
  std::vector<CompletedValue> positionals;  ///< In order.
};

/// Every command of an app, itself first, each before those below it.
std::vector<CompletedCommand> CompletedCommands(const CLI::App& app);

}  // namespace penstock
