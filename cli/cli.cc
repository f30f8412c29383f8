#include "cli/cli.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include <CLI/CLI.hpp>

#include "cli/checkpoint_command.h"
#include "cli/cluster_command.h"
#include "cli/command_context.h"
#include "cli/config_command.h"
#include "cli/exit_code.h"
#include "cli/job_commands.h"
#include "cli/new_command.h"
#include "cli/rescale_command.h"
#include "cli/run_command.h"
#include "cli/savepoint_commands.h"
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
    AddNew();
    AddSubmission();
    AddValidate();
    AddJobCommands();
    AddSavepoints();
    AddStateCommands();
  }

  int Run(int argc, char** argv);

 private:
  using Action = std::function<int(const CommandContext&)>;

  CLI::App* AddCommand(CLI::App& parent, const char* name, const char* description, Action action);
  void AddServers();
  void AddCluster();
  void AddConfig();
  void AddNew();
  void AddSubmission();
  void AddValidate();
  void DescribeSubmission(CLI::App& command);
  void AddJobCommands();
  void AddStart(CLI::App& run);
  /// How state finds its operators.
  void AddMatching(CLI::App& command);
  void AddSavepoints();
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
  std::string checkpoint_;
  RescaleRequest rescale_;
  std::string wait_timeout_;
  std::string config_prefix_;
  bool show_origin_ = false;
  ListFilter filter_;
  SavepointRequest savepoint_;
  StopRequest stop_;
  RunRequest request_;
  StateRequest state_;
  NewJobRequest new_job_;
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

void CommandLine::AddNew() {
  CLI::App* command =
      AddCommand(app_, "new", "Begin a job of your own: a project that builds, with tests",
                 [this](const CommandContext& context) { return NewJob(context, new_job_); });
  command->add_option("name", new_job_.name, "Of the job, such as page_views")->required();
  command->add_option("--dir", new_job_.directory, "Where; default: a directory of that name");
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
  AddStart(*run);
  CLI::App* info =
      AddCommand(app_, "info", "Show the plan of a job without running it",
                 [this](const CommandContext& context) { return ShowPlan(context, request_); });
  DescribeSubmission(*info);
  info->add_option("-o", global_.output, "table (a tree) or json")
      ->check(CLI::IsMember({"table", "json"}));
}

void CommandLine::AddStart(CLI::App& run) {
  run.add_option("-s,--from-savepoint,--fromSavepoint", request_.savepoint,
                 "Savepoint or checkpoint to start from");
  run.add_option("--claim-mode,--claimMode,--restoreMode", request_.claim_mode,
                 "NO_CLAIM (it stays) or CLAIM (it is deleted when no longer needed); also -rm")
      ->transform(CLI::IsMember({"NO_CLAIM", "CLAIM"}, CLI::ignore_case));
  run.add_flag("--accept-duplicates", request_.accept_duplicates,
               "Start although results that were committed after it come again");
  AddMatching(run);
}

void CommandLine::AddMatching(CLI::App& command) {
  command.add_flag("-n,--allow-non-restored-state,--allowNonRestoredState",
                   request_.allow_non_restored_state,
                   "Drop what belongs to no operator or state of the job");
  command
      .add_option("--map-uid", request_.uid_mappings,
                  "OLD=NEW: an operator's uid there and in the job; may be repeated")
      ->allow_extra_args(false);
}

void CommandLine::AddSavepoints() {
  CLI::App* stop =
      AddCommand(app_, "stop", "End a job in order: final checkpoint, commit, FINISHED",
                 [this](const CommandContext& context) { return StopJob(context, stop_); });
  stop->add_option("-p,--savepointPath,--savepoint-path", stop_.directory,
                   "Make a savepoint in this directory; default: the configured one, if any");
  stop->add_flag("-d,--drain", stop_.drain,
                 "Let out what windows and timers hold; for jobs that won't go on");
  stop->add_option("job", stop_.job, "Job id")->required();
  CLI::App* savepoint = AddCommand(
      app_, "savepoint", "Take a savepoint of a running job, or delete one",
      [this](const CommandContext& context) { return TakeSavepoint(context, savepoint_); });
  CLI::Option* job = savepoint->add_option("job", savepoint_.job, "Job id");
  savepoint->add_option("directory", savepoint_.directory,
                        "Where it is made; default: the configured directory");
  savepoint->add_option("-d,--dispose", savepoint_.dispose, "Delete the savepoint at this path")
      ->excludes(job);
  CLI::App* checkpoint =
      AddCommand(app_, "checkpoint", "Take a checkpoint of a running job now",
                 [this](const CommandContext& context) { return TakeCheckpoint(context, job_); });
  checkpoint->add_option("job", job_, "Job id")->required();
  checkpoint->add_flag("--full")->description(
      "Accepted for Flink's sake: every checkpoint is complete in itself");
}

void CommandLine::AddValidate() {
  CLI::App* validate =
      AddCommand(app_, "validate", "Check that a job can begin with the state of a savepoint",
                 [this](const CommandContext& context) { return ValidateJob(context, request_); });
  DescribeSubmission(*validate);
  validate->add_option("--against", request_.savepoint,
                       "The savepoint or checkpoint; may also follow the job's own options");
  AddMatching(*validate);
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
  CLI::App* checkpoints =
      AddCommand(app_, "checkpoints", "Show a job's checkpoints, or the phases of one",
                 [this](const CommandContext& context) {
                   return checkpoint_.empty() ? ShowCheckpoints(context, job_)
                                              : ShowCheckpoint(context, job_, checkpoint_);
                 });
  checkpoints->add_option("job", job_, "Job id")->required();
  checkpoints->add_option("checkpoint", checkpoint_, "Number of a checkpoint");
  checkpoints->add_option("-o", global_.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  CLI::App* rescale = AddCommand(
      app_, "rescale",
      "Give a running job another parallelism, without losing or repeating results",
      [this](const CommandContext& context) { return RescaleJob(context, job_, rescale_); });
  rescale->add_option("job", job_, "Job id")->required();
  rescale->add_option("-p,--parallelism", rescale_.parallelism, "The new parallelism")
      ->required()
      ->check(CLI::Range(1, 32768));
  rescale->add_flag("-d,--detached", rescale_.detached, "Return once it is begun");
  AddJobCommand("logs", "Show what happened to a job", ShowLogs);
  CLI::App* wait = AddCommand(
      app_, "wait", "Wait for a job's end",
      [this](const CommandContext& context) { return AwaitJob(context, job_, wait_timeout_); });
  wait->add_option("job", job_, "Job id")->required();
  wait->add_option("--timeout", wait_timeout_, "Give up after, such as 30 s");
  AddCommand(app_, "workers", "Show the workers", ShowWorkers)
      ->add_option("-o", global_.output, "table, wide (with their memory) or json")
      ->check(CLI::IsMember({"table", "wide", "json"}));
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
  std::vector<char*> words(argv, argv + argc);
  std::string restore_mode = "--restoreMode";
  SpellRestoreMode(words, restore_mode.data());
  return CommandLine(hooks).Run(argc, words.data());
}

}  // namespace penstock
