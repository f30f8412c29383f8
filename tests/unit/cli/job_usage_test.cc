#include "cli/job_usage.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

/// The words that are left, and whether help was asked for.
std::pair<bool, std::vector<std::string>> Take(std::vector<std::string> line) {
  std::vector<char*> words;
  for (std::string& word : line) words.push_back(word.data());
  const bool help = TakeJobHelp(words);
  return {help, {words.begin(), words.end()}};
}

TEST(JobUsageTest, WhenHelpFollowsThePluginThenItIsTheJobs) {
  using Line = std::vector<std::string>;
  EXPECT_EQ(Take({"penstock", "run", "-p", "2", "a.so", "--help"}),
            std::pair(true, Line{"penstock", "run", "-p", "2", "a.so"}));
  EXPECT_EQ(Take({"penstock", "info", "a.so", "--x", "1", "-h"}),
            std::pair(true, Line{"penstock", "info", "a.so", "--x", "1"}));
}

TEST(JobUsageTest, WhenHelpStandsElsewhereThenTheLineIsAsItWas) {
  const std::vector<std::string> lines[] = {{"penstock", "run", "--help"},
                                            {"penstock", "run", "--help", "a.so"},
                                            {"penstock", "cancel", "a.so", "--help"},
                                            {"penstock", "run", "a.so", "--helpful"},
                                            {"penstock"}};
  for (const auto& line : lines) EXPECT_EQ(Take(line), std::pair(false, line));
}

}  // namespace
}  // namespace penstock
