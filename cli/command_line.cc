// Commands about this machine; those about jobs are in job_command_line.cc.

#include "cli/command_line.h"

#include <boost/json.hpp>

#include "cli/completion.h"
#include "cli/exit_code.h"
#include "cli/shown_value.h"
#include "cli/supervisor.h"
#include "cli/version.h"

namespace penstock {
namespace {

int ShowVersion(const CommandContext& context) {
  if (ShowValue(context, boost::json::object{{"version", VersionNumber()}}, {VersionNumber()})) {
    return kExitDone;
  }
  context.console.Line(VersionText());
  return kExitDone;
}

}  // namespace

CommandLine::CommandLine(const CliHooks& hooks)
    : hooks_(hooks), app_("Penstock: stream processing in C++", "penstock") {
  app_.require_subcommand(1);
  app_.set_version_flag("--version", VersionText());
  app_.footer(
      "Errors say what to do next. Exit codes: 0 done, 1 failed, 2 usage, 3 job failed,\n"
      "4 not authorised, 5 not found, 6 conflict, 7 coordinator unreachable, 8 timed out.");
  AddServers();
  AddCluster();
  AddConfig();
  AddNew();
  AddRun();
  AddInfo();
  AddValidate();
  AddList();
  AddViews();
  AddChanges();
  AddStop();
  AddSavepoints();
  AddOperating();
  AddStateCommands();
  AddCompletion();
}

CLI::App* CommandLine::AddCommand(CLI::App& parent, const char* name, const char* description,
                                  Action action) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->add_option("--config", global_.config_file, "Configuration file (YAML)")
      ->type_name(kFileValue);
  command->add_option("-D", global_.definitions, "Configuration, key=value; may be repeated")
      ->type_name(kDefinitionValue)
      ->allow_extra_args(false);
  command->callback([this, action = std::move(action)] { action_ = action; });
  return command;
}

void CommandLine::AddOutput(CLI::App& command) {
  command.add_option("-o", global_.output, "Form of what is shown")
      ->check(CLI::IsMember({"table", "wide", "json", "yaml", "name"}))
      ->capture_default_str();
}

void CommandLine::AddServers() {
  AddCommand(
      app_, "coordinator", "Run a coordinator in the foreground",
      [this](const CommandContext& context) { return hooks_.run_coordinator(context.config); });
  AddCommand(app_, "worker", "Run a worker in the foreground",
             [this](const CommandContext& context) { return hooks_.run_worker(context.config); });
  AddOutput(*AddCommand(app_, "version", "Print the version", ShowVersion));
}

void CommandLine::AddCluster() {
  CLI::App* cluster = app_.add_subcommand("cluster", "A local cluster under one supervisor");
  cluster->require_subcommand(1);
  CLI::App* start =
      AddCommand(*cluster, "start", "Start a coordinator and workers in the background",
                 [this](const CommandContext& context) { return StartCluster(context, workers_); });
  CLI::App* supervise = AddCommand(
      *cluster, "supervise", "The same in the foreground",
      [this](const CommandContext& context) { return RunSupervisor(context, workers_); });
  for (CLI::App* command : {start, supervise}) {
    command->add_option("--workers", workers_, "Number of workers")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
  }
  AddCommand(*cluster, "stop", "End it; unfinished jobs resume at the next start", StopCluster);
  AddOutput(*AddCommand(*cluster, "status", "Show its processes", ShowCluster));
}

void CommandLine::AddConfig() {
  CLI::App* config = app_.add_subcommand("config", "Configuration in force");
  config->require_subcommand(1);
  CLI::App* get = AddCommand(*config, "get", "Show options and their values",
                             [this](const CommandContext& context) {
                               return ShowConfiguration(context, config_prefix_, show_origin_);
                             });
  get->add_option("key", config_prefix_, "Only options whose key starts like this")
      ->type_name(kKeyValue);
  get->add_flag("--show-origin", show_origin_, "Where each value comes from");
  AddOutput(*get);
  AddOutput(
      *AddCommand(*config, "reference", "Describe every option, as Markdown", ShowOptionReference));
}

void CommandLine::AddNew() {
  CLI::App* command =
      AddCommand(app_, "new", "Begin a job of your own: a project that builds, with tests",
                 [this](const CommandContext& context) { return NewJob(context, new_job_); });
  command->add_option("name", new_job_.name, "Of the job, such as page_views")->required();
  command->add_option("--dir", new_job_.directory, "Where; default: a directory of that name")
      ->type_name(kPathValue);
}

void CommandLine::AddCompletion() {
  CLI::App* command = AddCommand(app_, "completion",
                                 "Print what makes a shell complete commands, options and job ids",
                                 [this](const CommandContext& context) {
                                   context.console.Raw(CompletionScript(app_, shell_));
                                   return kExitDone;
                                 });
  command->add_option("shell", shell_, "Which")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(
      "bash: source <(penstock completion bash)\n"
      "zsh:  source <(penstock completion zsh), after compinit\n"
      "fish: penstock completion fish | source");
}

CLI::App* CommandLine::AddStateCommand(CLI::App& state, const char* name, const char* description,
                                       int (*command)(const CommandContext&, const StateRequest&)) {
  CLI::App* app = AddCommand(
      state, name, description,
      [this, command](const CommandContext& context) { return command(context, state_); });
  app->add_option("savepoint", state_.savepoint, "Directory of a savepoint or checkpoint")
      ->type_name(kPathValue)
      ->required();
  return app;
}

void CommandLine::AddStateCommands() {
  CLI::App* state = app_.add_subcommand("state", "Look into a savepoint, without a cluster");
  state->require_subcommand(1);
  AddOutput(*AddStateCommand(*state, "ls", "Show its operators and states", ListStates));
  CLI::App* get = AddStateCommand(*state, "get", "Show the value of one key as JSON", GetState);
  get->add_option("operator", state_.operator_key, "Its uid")->required();
  get->add_option("state", state_.state, "Name of the state")->required();
  get->add_option("key", state_.key, "JSON, such as 7 or '\"word\"'")->required();
  CLI::App* all =
      AddStateCommand(*state, "export", "Print all entries as lines of JSON", ExportState);
  all->add_option("operator", state_.operator_key, "Only of the operator with this uid");
  all->add_option("state", state_.state, "Only of this state");
}

}  // namespace penstock
