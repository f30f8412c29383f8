#include "worker/agent/host_log.h"

#include <stdlib.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file_system.h"

namespace penstock {
namespace {

class HostLogTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "penstock-log-XXXXXX";
    directory_ = mkdtemp(name.data());
    path_ = directory_ + "/host.log";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  static std::string Read(const std::string& path) {
    return ReadFile(PosixFileSystem(), path).value();
  }

  std::string directory_;
  std::string path_;
};

TEST_F(HostLogTest, WhenHostPrintsThenFileAndTailHaveIt) {
  HostLog log(path_);
  log.Append("one\ntw");
  log.Append("o\n");
  EXPECT_EQ(log.Tail(), "one\ntwo\n");
  EXPECT_EQ(ReadFile(PosixFileSystem(), path_).value(), "one\ntwo\n");
}

TEST_F(HostLogTest, WhenFileIsFullThenItIsPutAsideAfterAWholeLine) {
  HostLog log(path_, {.file_bytes = 12, .files = 2});
  log.Append("12345678");
  log.Append("9abcdef\nnext\n");
  log.Append("last line of all\n");
  log.Append("new\n");
  EXPECT_EQ(Read(path_), "new\n");
  EXPECT_EQ(Read(directory_ + "/host.1.log"), "next\nlast line of all\n");
  EXPECT_EQ(Read(directory_ + "/host.2.log"), "123456789abcdef\n");
  EXPECT_THAT(log.Tail(), testing::EndsWith("last line of all\nnew\n"));
}

TEST_F(HostLogTest, WhenMoreFilesAreFullThenTheOldestGoes) {
  HostLog log(path_, {.file_bytes = 4, .files = 2});
  for (const char* line : {"one\n", "two\n", "six\n", "ten\n"}) {
    log.Append(line);
    log.Append("\n");
  }
  EXPECT_EQ(Read(path_), "");
  EXPECT_EQ(Read(directory_ + "/host.1.log"), "ten\n\n");
  EXPECT_EQ(Read(directory_ + "/host.2.log"), "six\n\n");
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/host.3.log"));
}

TEST_F(HostLogTest, WhenNoneIsToBePutAsideThenOnlyTheNewFileIsKept) {
  HostLog log(path_, {.file_bytes = 4, .files = 0});
  log.Append("first\n");
  log.Append("then\n");
  log.Append("new\n");
  EXPECT_EQ(Read(path_), "new\n");
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/host.1.log"));
}

TEST_F(HostLogTest, WhenALineNeverEndsThenFilesAreBoundedNevertheless) {
  HostLog log(path_, {.file_bytes = 100, .files = 1});
  for (int i = 0; i < 1000; ++i) log.Append("and so on");
  EXPECT_LE(Read(path_).size(), 300u);
  EXPECT_LE(Read(directory_ + "/host.1.log").size(), 300u);
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/host.2.log"));
}

TEST_F(HostLogTest, WhenTheFileIsThereAlreadyThenItsSizeCounts) {
  HostLog(path_, {.file_bytes = 6, .files = 1}).Append("older\n");
  HostLog log(path_, {.file_bytes = 6, .files = 1});
  log.Append("new\n");
  log.Append("newer\n");
  EXPECT_EQ(Read(directory_ + "/host.1.log"), "older\nnew\n");
  EXPECT_EQ(Read(path_), "newer\n");
}

TEST_F(HostLogTest, WhenMuchIsPrintedThenTheTailIsWholeLines) {
  HostLog log(path_);
  for (int i = 0; i < 5000; ++i) log.Append("line\n");
  EXPECT_LE(log.Tail().size(), HostLog::kMaxTail);
  EXPECT_THAT(log.Tail(), testing::StartsWith("line\n"));
}

TEST_F(HostLogTest, WhenDiskFailsThenTheTailIsKeptNevertheless) {
  HostLog log("/dev/full");
  log.Append("one\n");
  log.Append("two\n");
  EXPECT_EQ(log.Tail(), "one\ntwo\n");
}

}  // namespace
}  // namespace penstock
