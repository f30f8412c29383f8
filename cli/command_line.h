#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/checkpoint_command.h"
#include "cli/cli.h"
#include "cli/cluster_command.h"
#include "cli/command_context.h"
#include "cli/config_command.h"
#include "cli/diagnose_command.h"
#include "cli/event_command.h"
#include "cli/job_commands.h"
#include "cli/log_command.h"
#include "cli/new_command.h"
#include "cli/rescale_command.h"
#include "cli/run_command.h"
#include "cli/savepoint_commands.h"
#include "cli/state_commands.h"

namespace penstock {

/// Options that every command takes.
struct GlobalOptions {
  std::string config_file;
  std::vector<std::string> definitions;
  std::string output = "table";
};

// Types of values, as help shows them and completion knows them (cli/completion.h).
inline constexpr const char* kFileValue = "FILE";
inline constexpr const char* kPathValue = "PATH";
inline constexpr const char* kPluginValue = "JOB.so";
inline constexpr const char* kJobValue = "JOB";
inline constexpr const char* kWorkerValue = "WORKER";
inline constexpr const char* kKeyValue = "KEY";
inline constexpr const char* kDefinitionValue = "KEY=VALUE";

/// All commands and their options. Each, when it is the one that was given, sets the action.
class CommandLine {
 public:
  explicit CommandLine(const CliHooks& hooks);

  /// Parses the words of main, runs the command and returns the exit code.
  int Run(std::vector<char*> words);
  const CLI::App& app() const { return app_; }

 private:
  using Action = std::function<int(const CommandContext&)>;

  CLI::App* AddCommand(CLI::App& parent, const char* name, const char* description, Action action);
  /// -o, for what shows something.
  void AddOutput(CLI::App& command);
  // About this machine (command_line.cc).
  void AddServers();
  void AddCluster();
  void AddConfig();
  void AddNew();
  void AddCompletion();
  void AddStateCommands();
  CLI::App* AddStateCommand(CLI::App& state, const char* name, const char* description,
                            int (*command)(const CommandContext&, const StateRequest&));
  // About jobs (job_command_line.cc).
  void AddRun();
  void AddInfo();
  void AddValidate();
  void DescribeSubmission(CLI::App& command);
  void AddStart(CLI::App& run);
  /// How state finds its operators.
  void AddMatching(CLI::App& command);
  void AddList();
  void AddViews();
  void AddChanges();
  void AddStop();
  void AddSavepoints();
  // To operate by (operate_command_line.cc).
  void AddOperating();
  void AddLogs();
  void AddDiagnose();
  CLI::App* AddJobCommand(const char* name, const char* description, Action action);

  /// For errors before the options are known.
  static bool WantsJson(const std::vector<char*>& words);
  std::string HelpOf(const std::string& command) const;

  const CliHooks& hooks_;
  CLI::App app_;
  GlobalOptions global_;
  Action action_;
  // Values of the commands' own options.
  unsigned workers_ = 2;
  std::string job_;
  std::string checkpoint_;
  std::string shell_;
  RescaleRequest rescale_;
  std::string wait_timeout_;
  std::string config_prefix_;
  bool show_origin_ = false;
  ListFilter filter_;
  EventRequest events_;
  SavepointRequest savepoint_;
  StopRequest stop_;
  RunRequest request_;
  StateRequest state_;
  NewJobRequest new_job_;
  LogRequest logs_;
  DiagnoseRequest diagnose_;
  bool once_ = false;
  bool open_ = false;
  unsigned parallelism_ = 0;
};

}  // namespace penstock
