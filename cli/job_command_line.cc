// Commands about jobs; the others are in command_line.cc.

#include "cli/command_line.h"
#include "cli/validate_command.h"

namespace penstock {

void CommandLine::DescribeSubmission(CLI::App& command) {
  command.add_option("plugin", request_.plugin, "The job's .so")
      ->type_name(kPluginValue)
      ->required();
  command.add_option("-p,--parallelism", parallelism_, "Parallelism of the job")
      ->check(CLI::Range(1, 32768));
  command.add_option("--name", request_.name, "Name shown instead of the job's own");
  // What follows the plugin is the job's, options included.
  command.prefix_command();
  command.footer(
      "Options behind the plugin are the job's own, written --name value; JOB.so --help lists "
      "them.");
}

void CommandLine::AddRun() {
  CLI::App* run = AddCommand(
      app_, "run", "Submit a job and wait for its end",
      [this](const CommandContext& context) { return RunJob(context, hooks_, request_); });
  DescribeSubmission(*run);
  run->add_flag("-d,--detached", request_.detached, "Return once the job is submitted");
  run->add_flag("--local", request_.local,
                "Run it in this process: coordinator, worker and all, then end");
  AddStart(*run);
  AddOutput(*run);
}

void CommandLine::AddInfo() {
  CLI::App* info =
      AddCommand(app_, "info", "Show the plan of a job without running it",
                 [this](const CommandContext& context) { return ShowPlan(context, request_); });
  DescribeSubmission(*info);
  AddOutput(*info);
}

void CommandLine::AddValidate() {
  CLI::App* validate =
      AddCommand(app_, "validate", "Check that a job can begin with the state of a savepoint",
                 [this](const CommandContext& context) { return ValidateJob(context, request_); });
  DescribeSubmission(*validate);
  validate
      ->add_option("--against", request_.savepoint,
                   "The savepoint or checkpoint; may also follow the job's own options")
      ->type_name(kPathValue);
  AddMatching(*validate);
  AddOutput(*validate);
}

void CommandLine::AddStart(CLI::App& run) {
  run.add_option("-s,--from-savepoint,--fromSavepoint", request_.savepoint,
                 "Savepoint or checkpoint to start from")
      ->type_name(kPathValue);
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

CLI::App* CommandLine::AddJobCommand(const char* name, const char* description, Action action) {
  CLI::App* command = AddCommand(app_, name, description, std::move(action));
  command->add_option("job", job_, "Job id")->type_name(kJobValue)->required();
  return command;
}

void CommandLine::AddList() {
  CLI::App* list = AddCommand(app_, "list", "List jobs", [this](const CommandContext& context) {
    return ListJobs(context, filter_);
  });
  list->add_flag("-r,--running", filter_.running, "Running jobs only");
  list->add_flag("-s,--scheduled", filter_.scheduled, "Jobs that wait for slots only");
  list->add_flag("-a,--all", filter_.all, "Ended jobs, too");
  AddOutput(*list);
  AddOutput(*AddCommand(app_, "workers", "Show the workers", ShowWorkers));
}

void CommandLine::AddViews() {
  CLI::App* checkpoints =
      AddJobCommand("checkpoints", "Show a job's checkpoints, or the phases of one",
                    [this](const CommandContext& context) {
                      return checkpoint_.empty() ? ShowCheckpoints(context, job_)
                                                 : ShowCheckpoint(context, job_, checkpoint_);
                    });
  checkpoints->add_option("checkpoint", checkpoint_, "Number of a checkpoint");
  AddOutput(*checkpoints);
  CLI::App* events = AddJobCommand(
      "events", "Show what has happened to a job, kind by kind",
      [this](const CommandContext& context) { return ShowEvents(context, job_, events_); });
  events->add_option("--since", events_.since, "Only those with a greater number");
  events->add_flag("-f,--follow", events_.follow, "Go on with new ones until the job has ended");
  AddOutput(*events);
}

void CommandLine::AddChanges() {
  AddJobCommand("cancel", "Cancel a job at once",
                [this](const CommandContext& context) { return CancelJob(context, job_); });
  CLI::App* rescale = AddJobCommand(
      "rescale", "Give a running job another parallelism, without losing or repeating results",
      [this](const CommandContext& context) { return RescaleJob(context, job_, rescale_); });
  rescale->add_option("-p,--parallelism", rescale_.parallelism, "The new parallelism")
      ->required()
      ->check(CLI::Range(1, 32768));
  rescale->add_flag("-d,--detached", rescale_.detached, "Return once it is begun");
  CLI::App* wait = AddJobCommand(
      "wait", "Wait for a job's end",
      [this](const CommandContext& context) { return AwaitJob(context, job_, wait_timeout_); });
  wait->add_option("--timeout", wait_timeout_, "Give up after, such as 30 s");
}

void CommandLine::AddStop() {
  CLI::App* stop =
      AddCommand(app_, "stop", "End a job in order: final checkpoint, commit, FINISHED",
                 [this](const CommandContext& context) { return StopJob(context, stop_); });
  stop->add_option("-p,--savepointPath,--savepoint-path", stop_.directory,
                   "Make a savepoint in this directory; default: the configured one, if any")
      ->type_name(kPathValue);
  stop->add_flag("-d,--drain", stop_.drain,
                 "Let out what windows and timers hold; for jobs that won't go on");
  stop->add_option("job", stop_.job, "Job id")->type_name(kJobValue)->required();
  AddOutput(*stop);
}

void CommandLine::AddSavepoints() {
  CLI::App* savepoint = AddCommand(
      app_, "savepoint", "Take a savepoint of a running job, or delete one",
      [this](const CommandContext& context) { return TakeSavepoint(context, savepoint_); });
  CLI::Option* job = savepoint->add_option("job", savepoint_.job, "Job id")->type_name(kJobValue);
  savepoint
      ->add_option("directory", savepoint_.directory,
                   "Where it is made; default: the configured directory")
      ->type_name(kPathValue);
  savepoint->add_option("-d,--dispose", savepoint_.dispose, "Delete the savepoint at this path")
      ->type_name(kPathValue)
      ->excludes(job);
  AddOutput(*savepoint);
  CLI::App* checkpoint = AddJobCommand(
      "checkpoint", "Take a checkpoint of a running job now",
      [this](const CommandContext& context) { return TakeCheckpoint(context, job_); });
  checkpoint->add_flag("--full")->description(
      "Accepted for Flink's sake: every checkpoint is complete in itself");
  AddOutput(*checkpoint);
}

}  // namespace penstock
