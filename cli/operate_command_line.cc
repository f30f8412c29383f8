// Commands to operate a cluster and its jobs by; the others are in command_line.cc and
// job_command_line.cc.

#include "cli/bottleneck_command.h"
#include "cli/command_line.h"
#include "cli/dashboard_command.h"
#include "cli/top_command.h"

namespace penstock {

void CommandLine::AddOperating() {
  CLI::App* top =
      AddCommand(app_, "top", "Watch cluster and jobs on the whole terminal",
                 [this](const CommandContext& context) { return RunTop(context, once_); });
  top->add_flag("--once", once_, "Print one table and end, as without a terminal");
  top->footer(
      "Arrows or j and k select a job, Enter shows its tasks, Esc goes back, q quits.\n"
      "n, r, b, p and l sort by name, rate, busy, backpressure and watermark lag.");
  AddOutput(*top);
  CLI::App* dashboard =
      AddCommand(app_, "dashboard", "Print the address of the web UI",
                 [this](const CommandContext& context) { return ShowDashboard(context, open_); });
  dashboard->add_flag("--open", open_, "Also open it in the browser");
  AddOutput(*dashboard);
  AddOutput(*AddJobCommand(
      "bottleneck", "Name the task that slows a job down and what holds its watermark",
      [this](const CommandContext& context) { return ShowBottleneck(context, job_); }));
  AddLogs();
  AddDiagnose();
}

void CommandLine::AddLogs() {
  CLI::App* logs =
      AddCommand(app_, "logs", "Show what happened to a job, or a log of worker or coordinator",
                 [this](const CommandContext& context) { return ShowLogs(context, logs_); });
  logs->add_option("job", logs_.job, "Job id: its events and its task hosts' last lines")
      ->type_name(kJobValue);
  logs->add_option("--worker", logs_.worker, "The log of this worker; the beginning of its id does")
      ->type_name(kWorkerValue);
  logs->add_flag("--coordinator", logs_.coordinator, "The coordinator's log");
  logs->add_option("--file", logs_.file, "Another file of that worker or coordinator");
  logs->add_flag("--list", logs_.list, "The names of these files");
  logs->add_flag("-f,--follow", logs_.follow, "Go on with what is new, until the job has ended");
  AddOutput(*logs);
}

void CommandLine::AddDiagnose() {
  CLI::App* diagnose =
      AddCommand(app_, "diagnose", "Collect what explains a problem into one file, without secrets",
                 [this](const CommandContext& context) { return Diagnose(context, diagnose_); });
  diagnose->add_option("job", diagnose_.job, "Only of this job")->type_name(kJobValue);
  diagnose
      ->add_option("-o,--file", diagnose_.file,
                   "The file to make; default: penstock-diagnose-TIME.tar.gz here")
      ->type_name(kPathValue);
}

}  // namespace penstock
