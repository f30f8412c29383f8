#include "cli/completion.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command_line.h"
#include "cli/completion_words.h"

namespace penstock {
namespace {

using testing::Contains;
using testing::ElementsAre;

class CompletionTest : public ::testing::Test {
 protected:
  const CompletedCommand& At(const std::string& path) const {
    return *std::find_if(commands_.begin(), commands_.end(),
                         [&](const CompletedCommand& command) { return command.path == path; });
  }
  const CompletedOption& Option(const std::string& path, const std::string& name) const {
    const auto& options = At(path).options;
    return *std::find_if(options.begin(), options.end(), [&](const CompletedOption& option) {
      const auto& names = name.size() == 1 ? option.short_names : option.long_names;
      return std::find(names.begin(), names.end(), name) != names.end();
    });
  }

  CliHooks hooks_;
  CommandLine line_{hooks_};
  std::vector<CompletedCommand> commands_ = CompletedCommands(line_.app());
};

TEST_F(CompletionTest, WhenCommandsAreWalkedThenNestedOnesHaveTheirPath) {
  std::vector<std::string> paths;
  for (const CompletedCommand& command : commands_) paths.push_back(command.path);
  EXPECT_EQ(paths.front(), "penstock");
  for (const char* path : {"penstock run", "penstock cluster start", "penstock state ls"}) {
    EXPECT_THAT(paths, Contains(path));
  }
}

TEST_F(CompletionTest, WhenCommandsOperateThenJobsAndWorkersAreCompleted) {
  for (const char* path : {"penstock logs", "penstock bottleneck", "penstock diagnose"}) {
    ASSERT_EQ(At(path).positionals.size(), 1u) << path;
    EXPECT_EQ(At(path).positionals[0].kind, Completed::kJobs) << path;
  }
  EXPECT_EQ(Option("penstock logs", "worker").value.kind, Completed::kWorkers);
  EXPECT_EQ(Option("penstock diagnose", "o").value.kind, Completed::kFiles);
  EXPECT_FALSE(Option("penstock top", "once").takes_value);
  EXPECT_FALSE(Option("penstock dashboard", "open").takes_value);
}

TEST_F(CompletionTest, WhenValuesAreKnownThenTheirKindIs) {
  EXPECT_THAT(Option("penstock list", "o").value.words,
              ElementsAre("table", "wide", "json", "yaml", "name"));
  EXPECT_EQ(At("penstock cancel").positionals.at(0).kind, Completed::kJobs);
  EXPECT_EQ(At("penstock run").positionals.at(0).kind, Completed::kPlugins);
  EXPECT_EQ(Option("penstock run", "D").value.kind, Completed::kDefinitions);
  EXPECT_EQ(Option("penstock run", "from-savepoint").value.kind, Completed::kFiles);
  EXPECT_FALSE(Option("penstock run", "detached").takes_value);
}

TEST_F(CompletionTest, WhenSomethingIsShownThenItHasAFormatEverywhere) {
  for (const char* command : {"list", "workers", "checkpoints", "events", "info", "version",
                              "savepoint", "checkpoint", "stop", "run", "validate",
                              "cluster status", "state ls", "config get", "config reference"}) {
    EXPECT_EQ(Option(std::string("penstock ") + command, "o").value.words.size(), 5u) << command;
  }
}

}  // namespace
}  // namespace penstock
