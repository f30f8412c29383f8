#include "common/logging.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Clock::WallTime kTime{std::chrono::milliseconds(1'700'000'000'042)};

TEST(LogLineTest, WhenFieldsAreGivenThenTheyFollowTheMessage) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, LogLevel::kInfo, kTime, "checkpoint completed",
                          {{"job", JobId(1, 2)},
                           {"checkpoint", CheckpointId(7)},
                           {"path", "/a b"},
                           {"full", true}}),
            "2023-11-14T22:13:20.042Z INFO  checkpoint completed "
            "job=00000000000000010000000000000002 checkpoint=7 path=\"/a b\" full=true");
}

TEST(LogLineTest, WhenTextHasControlCharactersThenTheLineStaysOneLine) {
  const std::string line = FormatLogLine(LogFormat::kText, LogLevel::kError, kTime, "a\nb\x1b[31m",
                                         {{"error", "x\r\ny \"q\""}});
  EXPECT_THAT(line, HasSubstr("a\\nb\\u001b[31m error=\"x\\r\\ny \\\"q\\\"\""));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
}

TEST(LogLineTest, WhenJsonIsAskedForThenNumbersAreBare) {
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, LogLevel::kWarn, kTime, "say \"hi\"",
                          {{"n", 3}, {"s", "3"}, {"d", std::numeric_limits<double>::infinity()}}),
            "{\"time\":\"2023-11-14T22:13:20.042Z\",\"level\":\"WARN\","
            "\"message\":\"say \\\"hi\\\"\",\"n\":3,\"s\":\"3\",\"d\":\"inf\"}");
}

TEST(FormatTimeTest, WhenBeforeTheEpochThenMillisecondsStayPositive) {
  EXPECT_EQ(FormatTime(Clock::WallTime(std::chrono::milliseconds(-1))), "1969-12-31T23:59:59.999Z");
}

TEST(LoggingTest, WhenLoggingToAFileThenTheLevelDecides) {
  TempDir dir;
  ASSERT_TRUE(
      InitLogging({.level = LogLevel::kWarn, .to_stderr = false, .file = dir / "log"}).ok());
  LogInfo("quiet");
  LogWarn("loud", {{"n", 1}});
  SetLogLevel(LogLevel::kDebug);
  LogDebug("fine");
  ASSERT_TRUE(InitLogging(LoggingOptions{}).ok());
  const std::string log = *ReadFile(PosixFileSystem(), dir / "log");
  EXPECT_THAT(log, HasSubstr("WARN  loud n=1\n"));
  EXPECT_THAT(log, HasSubstr("DEBUG fine\n"));
  EXPECT_THAT(log, Not(HasSubstr("quiet")));
}

TEST(LoggingTest, WhenAFileIsFullThenItIsPutAsideAndOldOnesGo) {
  TempDir dir;
  ASSERT_TRUE(
      InitLogging({.to_stderr = false, .file = dir / "a.log", .file_bytes = 1000, .files = 2})
          .ok());
  for (int i = 0; i < 100; ++i) LogInfo("a line of about sixty bytes", {{"n", i}});
  ASSERT_TRUE(InitLogging(LoggingOptions{}).ok());
  EXPECT_EQ(*PosixFileSystem().List(dir.path()),
            (std::vector<std::string>{"a.1.log", "a.2.log", "a.log"}));
  EXPECT_THAT(*ReadFile(PosixFileSystem(), dir / "a.log"), HasSubstr("n=99\n"));
  for (const char* name : {"a.log", "a.1.log", "a.2.log"}) {
    EXPECT_LE(*PosixFileSystem().FileSize(dir / name), 1000u) << name;
  }
}

Configuration LoggingTo(const TempDir& dir, const char* file) {
  Configuration config;
  EXPECT_TRUE(config.Set("penstock.data-dir", dir.path()).ok());
  EXPECT_TRUE(config.Set("log.file", file).ok());
  EXPECT_TRUE(config.Set("log.format", "json").ok());
  return config;
}

TEST(LoggingTest, WhenConfiguredThenTheFileIsAmongTheLogsOfTheCluster) {
  TempDir dir;
  ASSERT_TRUE(InitLogging(LoggingTo(dir, "worker-1.log")).ok());
  LogInfo("hello", {{"n", 1}});
  ASSERT_TRUE(InitLogging(LoggingOptions{}).ok());
  EXPECT_THAT(*ReadFile(PosixFileSystem(), dir / "logs/worker-1.log"),
              HasSubstr("\"message\":\"hello\",\"n\":1}\n"));
}

TEST(LoggingTest, WhenTheConfiguredFileIsAPathThenInitFails) {
  TempDir dir;
  EXPECT_FALSE(InitLogging(LoggingTo(dir, "../worker-1.log")).ok());
}

TEST(LoggingTest, WhenTheFileCannotBeOpenedThenInitFails) {
  EXPECT_FALSE(InitLogging(LoggingOptions{.file = "/proc/no/such/log"}).ok());
}

}  // namespace
}  // namespace penstock
