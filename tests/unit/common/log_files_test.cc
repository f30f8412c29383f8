#include "common/log_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

const std::string kHostLog =
    "0123456789abcdef0123456789abcdef-fedcba9876543210fedcba9876543210.log";

class LogFilesTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& content) {
    std::ofstream(directory_.path() + "/" + name, std::ios::binary) << content;
  }
  std::vector<std::string> Names(LogFiles::Scope scope) {
    std::vector<std::string> names;
    for (const LogFile& file : LogFiles(directory_.path(), "worker-1", scope).List())
      names.push_back(file.name);
    return names;
  }
  Result<LogPart> Read(const std::string& name, const LogRange& range = {0, 1000, false}) {
    return LogFiles(directory_.path(), "worker-1", LogFiles::Scope::kWorker).Read(name, range);
  }

  TempDir directory_;
};

TEST_F(LogFilesTest, WhenOthersShareTheDirectoryThenOnlyItsOwnFilesAreListed) {
  for (const std::string name : {"worker-1.out", "worker-1.1.log", "worker-1.log", "worker-1.txt",
                                 "worker-10.out", "coordinator.out", "worker-1", kHostLog.c_str()})
    Write(name, "x");
  EXPECT_THAT(Names(LogFiles::Scope::kProcess),
              testing::UnorderedElementsAre("worker-1.out", "worker-1.1.log", "worker-1.log"));
  EXPECT_THAT(
      Names(LogFiles::Scope::kWorker),
      testing::UnorderedElementsAre("worker-1.out", "worker-1.1.log", "worker-1.log", kHostLog));
}

TEST_F(LogFilesTest, WhenANameLeadsElsewhereThenThereIsNoSuchLog) {
  Write("coordinator.out", "secret");
  Write("worker-1.out", "mine");
  for (const std::string name :
       {"coordinator.out", "../worker-1.out", "./worker-1.out", "/etc/passwd", "", ".", "..",
        "worker-1.log/../coordinator.out", "worker-1.out\n", "worker-1.log"}) {
    EXPECT_EQ(Read(name).status().code(), ErrorCode::kNotFound) << name;
  }
  EXPECT_EQ(Read("worker-1.out")->bytes, "mine");
}

TEST_F(LogFilesTest, WhenALogIsALinkOrAPipeThenItIsNeitherListedNorRead) {
  Write("secret", "secret");
  std::filesystem::create_symlink(directory_.path() + "/secret",
                                  directory_.path() + "/worker-1.log");
  ASSERT_EQ(mkfifo((directory_.path() + "/worker-1.out").c_str(), 0600), 0);
  EXPECT_TRUE(Names(LogFiles::Scope::kWorker).empty());
  EXPECT_FALSE(Read("worker-1.log").ok());
  EXPECT_FALSE(Read("worker-1.out").ok());
}

TEST_F(LogFilesTest, WhenAPartIsReadThenOnlyThatComes) {
  Write("worker-1.out", "0123456789");
  EXPECT_EQ(Read("worker-1.out", {3, 4, false})->bytes, "3456");
  EXPECT_EQ(Read("worker-1.out", {8, 100, false})->bytes, "89");
  EXPECT_EQ(Read("worker-1.out", {100, 4, false})->bytes, "");
  const Result<LogPart> end = Read("worker-1.out", {0, 4, true});
  EXPECT_EQ(end->bytes, "6789");
  EXPECT_EQ(end->offset, 6u);
  EXPECT_EQ(end->file_size, 10u);
}

TEST_F(LogFilesTest, WhenItsOwnLogIsWantedThenTheFileForLogsComesBeforeTheOutput) {
  Write("worker-1.out", "printed");
  EXPECT_EQ(Read("log")->bytes, "printed");
  Write("worker-1.log", "logged");
  EXPECT_EQ(Read("log")->bytes, "logged");
  EXPECT_EQ(Read("stdout")->bytes, "printed");
}

TEST_F(LogFilesTest, WhenTheProcessWritesToATerminalThenItHasNoLogOfItsOwn) {
  const LogFiles logs(directory_.path(), "", LogFiles::Scope::kProcess);
  EXPECT_EQ(logs.Read("log", {0, 10, false}).status().code(), ErrorCode::kNotFound);
  EXPECT_TRUE(logs.List().empty());
}

TEST_F(LogFilesTest, WhenStderrGoesToAFileThereThenItsNameIsTheRole) {
  const int before = dup(STDERR_FILENO);
  ASSERT_NE(freopen((directory_.path() + "/worker-7.out").c_str(), "a", stderr), nullptr);
  EXPECT_EQ(LogRole(directory_.path()), "worker-7");
  EXPECT_EQ(LogRole(directory_.path() + "/.."), "");
  dup2(before, STDERR_FILENO);
  close(before);
}

TEST(EscapeControlsTest, WhenTextHasControlCharactersThenTheyAreVisible) {
  EXPECT_EQ(EscapeControls("a\tb\nc\x1b[31m\x7f\r"), "a\tb\nc\\x1b[31m\\x7f\\x0d");
  EXPECT_EQ(EscapeControls(std::string("\0", 1)), "\\x00");
  EXPECT_EQ(EscapeControls("größer"), "größer");
}

}  // namespace
}  // namespace penstock
