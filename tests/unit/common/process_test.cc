#include "common/process.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

using testing::HasSubstr;

std::string ReadAll(int fd) {
  std::string all;
  char buffer[256];
  for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof(buffer))) > 0;) {
    all.append(buffer, static_cast<std::size_t>(n));
  }
  return all;
}

SpawnOptions Shell(std::string script) { return {.argv = {"/bin/sh", "-c", std::move(script)}}; }

TEST(ProcessTest, WhenAChildExitsThenItsCodeIsKnown) {
  auto child = ChildProcess::Spawn(Shell("exit 3"));
  ASSERT_TRUE(child.ok()) << child.status().message();
  pollfd ready{child->pidfd(), POLLIN, 0};
  EXPECT_EQ(::poll(&ready, 1, 10'000), 1);
  const auto status = child->TryWait();
  ASSERT_TRUE(status.ok() && status->has_value());
  EXPECT_EQ(ToString(**status), "exited with code 3");
  EXPECT_EQ(*child->Wait(), **status);
}

TEST(ProcessTest, WhenAChildIsKilledThenTheSignalHasAName) {
  auto child = ChildProcess::Spawn(Shell("kill -SEGV $$"));
  ASSERT_TRUE(child.ok());
  auto status = child->Wait();
  ASSERT_TRUE(status.ok());
  EXPECT_TRUE(status->signalled);
  EXPECT_THAT(ToString(*status), HasSubstr("killed by SIGSEGV (Segmentation fault)"));
  EXPECT_TRUE(child->Signal(SIGTERM).ok());
}

TEST(ProcessTest, WhenAChildStillRunsThenTryWaitHasNothing) {
  auto pipe = MakePipe();
  ASSERT_TRUE(pipe.ok());
  SpawnOptions options = Shell("read line");
  options.fds = {{pipe->read.get(), 0}};
  auto child = ChildProcess::Spawn(options);
  ASSERT_TRUE(child.ok());
  EXPECT_FALSE(child->TryWait()->has_value());
  pipe->write.Reset();
  EXPECT_EQ(child->Wait()->value, 1);
}

TEST(ProcessTest, WhenAChildIsKilledThenItIsEndingBeforeItIsReaped) {
  auto pipe = MakePipe();
  ASSERT_TRUE(pipe.ok());
  SpawnOptions options = Shell("read line");
  options.fds = {{pipe->read.get(), 0}};
  auto child = ChildProcess::Spawn(options);
  ASSERT_TRUE(child.ok());
  EXPECT_FALSE(child->Ending());
  EXPECT_TRUE(child->Signal(SIGKILL).ok());
  pollfd ended{child->pidfd(), POLLIN, 0};
  ASSERT_EQ(poll(&ended, 1, -1), 1);
  EXPECT_TRUE(child->Ending());
  EXPECT_TRUE(child->Wait()->signalled);
  EXPECT_TRUE(child->Ending());
}

TEST(ProcessTest, WhenDescriptorsAreSwappedThenEachArrivesWhereItShould) {
  auto first = MakePipe();
  auto second = MakePipe();
  ASSERT_TRUE(first.ok() && second.ok());
  const int a = first->write.get();
  const int b = second->write.get();
  // By path, as the shell's >& takes one digit only.
  SpawnOptions options = Shell("echo one >/proc/self/fd/" + std::to_string(b) +
                               "; echo two >/proc/self/fd/" + std::to_string(a));
  options.fds = {{a, b}, {b, a}};
  auto child = ChildProcess::Spawn(options);
  ASSERT_TRUE(child.ok());
  first->write.Reset();
  second->write.Reset();
  EXPECT_EQ(ReadAll(first->read.get()), "one\n");
  EXPECT_EQ(ReadAll(second->read.get()), "two\n");
  EXPECT_TRUE(child->Wait()->ok());
}

TEST(ProcessTest, WhenADescriptorIsNotMappedThenTheChildHasItNot) {
  int leaky[2];
  ASSERT_EQ(::pipe(leaky), 0);
  UniqueFd read(leaky[0]);
  UniqueFd write(leaky[1]);
  auto child = ChildProcess::Spawn(Shell("test ! -e /proc/self/fd/" + std::to_string(write.get())));
  ASSERT_TRUE(child.ok());
  EXPECT_TRUE(child->Wait()->ok());
}

TEST(ProcessTest, WhenOutputGoesToAFileThenItIsAppended) {
  TempDir dir;
  ASSERT_TRUE(WriteFileAtomically(PosixFileSystem(), dir / "out", "before\n").ok());
  SpawnOptions options = Shell("echo $GREETING; echo oops >&2");
  options.environment = {{"GREETING", "hello"}};
  options.stdout_file = dir / "out";
  options.stderr_file = dir / "err";
  auto child = ChildProcess::Spawn(options);
  ASSERT_TRUE(child.ok());
  EXPECT_TRUE(child->Wait()->ok());
  EXPECT_EQ(*ReadFile(PosixFileSystem(), dir / "out"), "before\nhello\n");
  EXPECT_EQ(*ReadFile(PosixFileSystem(), dir / "err"), "oops\n");
}

TEST(ProcessTest, WhenTheProgramIsMissingThenSpawnFails) {
  EXPECT_THAT(ChildProcess::Spawn({.argv = {"/no/such/program"}}).status().message(),
              HasSubstr("/no/such/program"));
}

TEST(ProcessTest, WhenTheOwnerGoesThenTheChildIsGoneToo) {
  pid_t pid = -1;
  {
    auto child = ChildProcess::Spawn({.argv = {"sleep", "1000"}});
    ASSERT_TRUE(child.ok());
    pid = child->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

}  // namespace
}  // namespace penstock
