#include "cli/cli.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include <CLI/CLI.hpp>

#include "cli/cluster_command.h"
#include "cli/command_context.h"
#include "cli/config_command.h"
#include "cli/exit_code.h"
#include "cli/job_commands.h"
#include "cli/run_command.h"
#include "cli/state_commands.h"
#include "cli/supervisor.h"
#include "cli/validate_command.h"
#include "cli/version.h"

namespace penstock {
namespace {

/// Options that every command takes.
struct GlobalOptions {
  std::string config_file;
  std::vector<std::string> definitions;
  std::string output = "table";
};

OutputFormat FormatOf(const std::string& name) {
  if (name == "json") return OutputFormat::kJson;
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

/// Builds the commands; each, when it is the one that was given, sets `run`.
class CommandLine {
 public:
  explicit CommandLine(const CliHooks& hooks)
      : hooks_(hooks), app_("Penstock: stream processing in C++") {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", VersionText());
    app_.footer(
        "Errors say what to do next. Exit codes: 0 done, 1 failed, 2 usage, 3 job failed,\n"
        "4 not authorised, 5 not found, 6 conflict, 7 coordinator unreachable, 8 timed out.");
    AddServers();
    AddCluster();
    AddConfig();
    AddSubmission();
    AddValidate();
    AddJobCommands();
    AddStateCommands();
  }

  int Run(int argc, char** argv);

 private:
  using Action = std::function<int(const CommandContext&)>;

  CLI::App* AddCommand(CLI::App& parent, const char* name, const char* description, Action action);
  void AddServers();
  void AddCluster();
  void AddConfig();
  void AddSubmission();
  void AddValidate();
  void DescribeSubmission(CLI::App& command);
  void AddJobCommands();
  void AddStateCommands();
  CLI::App* AddStateCommand(CLI::App& state, const char* name, const char* description,
                            int (*command)(const CommandContext&, const StateRequest&));
  void AddJobCommand(const char* name, const char* description,
                     int (*command)(const CommandContext&, const std::string&));

  const CliHooks& hooks_;
  CLI::App app_;
  GlobalOptions global_;
  Action action_;
  // Values of the commands' own options.
  unsigned workers_ = 2;
  std::string job_;
  std::string wait_timeout_;
  std::string config_prefix_;
  bool show_origin_ = false;
  ListFilter filter_;
  RunRequest request_;
  ValidateRequest validate_;
  StateRequest state_;
  unsigned parallelism_ = 0;
};

CLI::App* CommandLine::AddCommand(CLI::App& parent, const char* name, const char* description,
                                  Action action) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->add_option("--config", global_.config_file, "Configuration file (YAML)");
  command->add_option("-D", global_.definitions, "Configuration, key=value; may be repeated")
      ->allow_extra_args(false);
  command->callback([this, action = std::move(action)] { action_ = action; });
  return command;
}

void CommandLine::AddServers() {
  AddCommand(
      app_, "coordinator", "Run a coordinator in the foreground",
      [this](const CommandContext& context) { return hooks_.run_coordinator(context.config); });
  AddCommand(app_, "worker", "Run a worker in the foreground",
             [this](const CommandContext& context) { return hooks_.run_worker(context.config); });
  AddCommand(app_, "version", "Print the version", [](const CommandContext& context) {
    context.console.Line(VersionText());
    return kExitDone;
  });
}

void CommandLine::AddCluster() {
  CLI::App* cluster = app_.add_subcommand("cluster", "A local cluster under one supervisor");
  cluster->require_subcommand(1);
  CLI::App* start =
      AddCommand(*cluster, "start", "Start a coordinator and workers in the background",
                 [this](const CommandContext& context) { return StartCluster(context, workers_); });
  CLI::App* supervise = AddCommand(
      *cluster, "supervise", "The same in the foreground",
      [this](const CommandContext& context) { return RunSupervisor(context.config, workers_); });
  for (CLI::App* command : {start, supervise}) {
    command->add_option("--workers", workers_, "Number of workers")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
  }
  AddCommand(*cluster, "stop", "End it; unfinished jobs resume at the next start", StopCluster);
  AddCommand(*cluster, "status", "Show its processes", ShowCluster)
      ->add_option("-o", global_.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
}

void CommandLine::AddConfig() {
  CLI::App* config = app_.add_subcommand("config", "Configuration in force");
  config->require_subcommand(1);
  CLI::App* get = AddCommand(*config, "get", "Show options and their values",
                             [this](const CommandContext& context) {
                               return ShowConfiguration(context, config_prefix_, show_origin_);
                             });
  get->add_option("key", config_prefix_, "Only options whose key starts like this");
  get->add_flag("--show-origin", show_origin_, "Where each value comes from");
  AddCommand(*config, "reference", "Describe every option, as Markdown", ShowOptionReference);
}

void CommandLine::DescribeSubmission(CLI::App& command) {
  command.add_option("plugin", request_.plugin, "The job's .so")->required();
  command.add_option("-p,--parallelism", parallelism_, "Parallelism of the job")
      ->check(CLI::Range(1, 32768));
  command.add_option("--name", request_.name, "Name shown instead of the job's own");
  // What follows the plugin is the job's, options included.
  command.prefix_command();
  command.footer("Options behind the plugin are the job's own, written --name value.");
}

void CommandLine::AddSubmission() {
  CLI::App* run = AddCommand(
      app_, "run", "Submit a job and wait for its end",
      [this](const CommandContext& context) { return RunJob(context, hooks_, request_); });
  DescribeSubmission(*run);
  run->add_flag("-d,--detached", request_.detached, "Return once the job is submitted");
  run->add_flag("--local", request_.local,
                "Run it in this process: coordinator, worker and all, then end");
  CLI::App* info =
      AddCommand(app_, "info", "Show the plan of a job without running it",
                 [this](const CommandContext& context) { return ShowPlan(context, request_); });
  DescribeSubmission(*info);
  info->add_option("-o", global_.output, "table (a tree) or json")
      ->check(CLI::IsMember({"table", "json"}));
}

void CommandLine::AddValidate() {
  CLI::App* validate = AddCommand(
      app_, "validate", "Check that a job can begin with the state of a savepoint",
      [this](const CommandContext& context) { return ValidateJob(context, request_, validate_); });
  DescribeSubmission(*validate);
  validate->add_option("--against", validate_.against,
                       "The savepoint or checkpoint; may also follow the job's own options");
  validate->add_flag("-n,--allow-non-restored-state", validate_.allow_non_restored,
                     "Drop state that matches nothing in the job");
  validate->add_option("--uid-mapping", validate_.uid_mapping,
                       "Operators that take another one's state, old=new,old2=new2");
  validate->add_option("-o", global_.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
}

CLI::App* CommandLine::AddStateCommand(CLI::App& state, const char* name, const char* description,
                                       int (*command)(const CommandContext&, const StateRequest&)) {
  CLI::App* app = AddCommand(
      state, name, description,
      [this, command](const CommandContext& context) { return command(context, state_); });
  app->add_option("savepoint", state_.savepoint, "Directory of a savepoint or checkpoint")
      ->required();
  return app;
}

void CommandLine::AddStateCommands() {
  CLI::App* state = app_.add_subcommand("state", "Look into a savepoint, without a cluster");
  state->require_subcommand(1);
  AddStateCommand(*state, "ls", "Show its operators and states", ListStates)
      ->add_option("-o", global_.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  CLI::App* get = AddStateCommand(*state, "get", "Show the value of one key as JSON", GetState);
  get->add_option("operator", state_.operator_key, "Its uid")->required();
  get->add_option("state", state_.state, "Name of the state")->required();
  get->add_option("key", state_.key, "JSON, such as 7 or '\"word\"'")->required();
  CLI::App* all =
      AddStateCommand(*state, "export", "Print all entries as lines of JSON", ExportState);
  all->add_option("operator", state_.operator_key, "Only of the operator with this uid");
  all->add_option("state", state_.state, "Only of this state");
}

void CommandLine::AddJobCommand(const char* name, const char* description,
                                int (*command)(const CommandContext&, const std::string&)) {
  CLI::App* app =
      AddCommand(app_, name, description,
                 [this, command](const CommandContext& context) { return command(context, job_); });
  app->add_option("job", job_, "Job id")->required();
  app->add_option("-o", global_.output, "table or json")->check(CLI::IsMember({"table", "json"}));
}

void CommandLine::AddJobCommands() {
  CLI::App* list = AddCommand(app_, "list", "List jobs", [this](const CommandContext& context) {
    return ListJobs(context, filter_);
  });
  list->add_flag("-r,--running", filter_.running, "Running jobs only");
  list->add_flag("-s,--scheduled", filter_.scheduled, "Jobs that wait for slots only");
  list->add_flag("-a,--all", filter_.all, "Ended jobs, too");
  list->add_option("-o", global_.output, "table, json or name")
      ->check(CLI::IsMember({"table", "json", "name"}));
  AddJobCommand("cancel", "Cancel a job at once", CancelJob);
  AddJobCommand("stop", "End a job in order: final checkpoint, commit, FINISHED", StopJob);
  AddJobCommand("checkpoints", "Show a job's checkpoints", ShowCheckpoints);
  AddJobCommand("logs", "Show what happened to a job", ShowLogs);
  CLI::App* wait = AddCommand(
      app_, "wait", "Wait for a job's end",
      [this](const CommandContext& context) { return AwaitJob(context, job_, wait_timeout_); });
  wait->add_option("job", job_, "Job id")->required();
  wait->add_option("--timeout", wait_timeout_, "Give up after, such as 30 s");
  AddCommand(app_, "workers", "Show the workers", ShowWorkers)
      ->add_option("-o", global_.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
}

int CommandLine::Run(int argc, char** argv) {
  Console console;
  try {
    app_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app_.exit(error);  // --help, --version
    console.Error(
        Status::InvalidArgument(error.what(), "penstock --help lists commands and options"));
    return kExitUsage;
  }
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

}  // namespace

int RunCli(int argc, char** argv, const CliHooks& hooks) {
  return CommandLine(hooks).Run(argc, argv);
}

}  // namespace penstock
