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

TEST_F(HostLogTest, WhenFileIsFullThenItSaysSoAndTheTailGoesOn) {
  HostLog log(path_, 10);
  log.Append("12345678");
  log.Append("9abcdef\n");
  log.Append("last\n");
  const std::string content = ReadFile(PosixFileSystem(), path_).value();
  EXPECT_THAT(content, testing::StartsWith("123456789a\n["));
  EXPECT_THAT(content, testing::Not(testing::HasSubstr("last")));
  EXPECT_THAT(log.Tail(), testing::EndsWith("last\n"));
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
