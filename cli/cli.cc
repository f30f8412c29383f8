#include "cli/cli.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/job_usage.h"

namespace penstock {
namespace {

OutputFormat FormatOf(const std::string& name) {
  if (name == "json") return OutputFormat::kJson;
  if (name == "yaml") return OutputFormat::kYaml;
  if (name == "name") return OutputFormat::kName;
  if (name == "wide") return OutputFormat::kWide;
  return OutputFormat::kTable;
}

Result<Configuration> LoadConfiguration(const GlobalOptions& global) {
  ConfigurationSources sources;
  sources.file = global.config_file;
  sources.environment = ProcessEnvironment();
  sources.definitions = global.definitions;
  return Configuration::Load(PosixFileSystem(), sources);
}

/// A process of `penstock cluster` ends when its supervisor does, and as suddenly: were they asked,
/// the coordinator would take workers that leave before it for failures of jobs.
void FollowSupervisor() {
  const char* supervisor = std::getenv("PENSTOCK_SUPERVISED");
  if (supervisor == nullptr) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (std::to_string(getppid()) != supervisor) raise(SIGKILL);  // it was gone before
  unsetenv("PENSTOCK_SUPERVISED");
}

/// Flink's -rm, which would be read as -r and -m, by its long name; what follows the plugin is the
/// job's.
void SpellRestoreMode(std::vector<char*>& words, char* long_name) {
  if (words.size() < 2 || std::string_view(words[1]) != "run") return;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.ends_with(".so")) return;
    if (word == "-rm") words[i] = long_name;
  }
}

}  // namespace

bool CommandLine::WantsJson(const std::vector<char*>& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.ends_with(".so")) return false;  // what follows is the job's
    if (word == "-ojson") return true;
    if (word == "-o" && i + 1 < words.size() && std::string_view(words[i + 1]) == "json") {
      return true;
    }
  }
  return false;
}

std::string CommandLine::HelpOf(const std::string& command) const {
  return app_.get_subcommand(command)->help("penstock");
}

int CommandLine::Run(std::vector<char*> words) {
  Console console;
  console.set_json_errors(WantsJson(words));
  if (TakeJobHelp(words)) {
    action_ = [this, command = std::string(words[1])](const CommandContext& context) {
      return ShowJobUsage(context, request_, command, HelpOf(command));
    };
  }
  const Action help = action_;
  try {
    app_.parse(static_cast<int>(words.size()), words.data());
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app_.exit(error);  // --help, --version
    console.Error(
        Status::InvalidArgument(error.what(), "penstock --help lists commands and options"));
    return kExitUsage;
  }
  if (help) action_ = help;
  for (CLI::App* command : app_.get_subcommands()) request_.arguments = command->remaining(true);
  if (parallelism_ > 0) request_.parallelism = parallelism_;
  Result<Configuration> config = LoadConfiguration(global_);
  if (!config.ok()) {
    console.Error(config.status());
    return kExitUsage;
  }
  FollowSupervisor();
  return action_(CommandContext{*config, console, FormatOf(global_.output)});
}

int RunCli(int argc, char** argv, const CliHooks& hooks) {
  std::vector<char*> words(argv, argv + argc);
  std::string restore_mode = "--restoreMode";
  SpellRestoreMode(words, restore_mode.data());
  return CommandLine(hooks).Run(std::move(words));
}

}  // namespace penstock
