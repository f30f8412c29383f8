#include "common/stacks/crash_report.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/process.h"
#include "common/stacks/named_thread.h"

namespace penstock {

[[gnu::noinline]] std::uint64_t RecurseWithoutEnd(std::uint64_t depth) {
  volatile std::uint64_t frame[32] = {depth};
  return depth == UINT64_MAX ? 0 : RecurseWithoutEnd(depth + 1) + frame[depth % 32];
}

[[gnu::noinline]] void WriteToNull() {
  *static_cast<volatile int*>(nullptr) = 1;
  asm volatile("" ::: "memory");
}

namespace {

using testing::Contains;
using testing::HasSubstr;

struct Ended {
  int signal = 0;
  std::string output;
};

/// Runs `crash` on a named thread of a child process that has the handler.
template <typename Crash>
Ended CrashIn(Crash crash) {
  Pipe pipe = std::move(MakePipe().value());
  const pid_t child = fork();
  if (child == 0) {
    dup2(pipe.write.get(), STDERR_FILENO);
    if (!InstallCrashHandler().ok()) _exit(99);
    std::thread([&] {
      const NamedThread name("the culprit");
      crash();
    }).join();
    _exit(98);
  }
  pipe.write.Reset();
  Ended ended;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(pipe.read.get(), buffer, sizeof(buffer))) > 0;)
    ended.output.append(buffer, static_cast<std::size_t>(got));
  int status = 0;
  waitpid(child, &status, 0);
  ended.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return ended;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

TEST(CrashReportTest, WhenAThreadWritesToNullThenTheReportNamesFunctionAndThread) {
  const Ended ended = CrashIn(WriteToNull);
  EXPECT_EQ(ended.signal, SIGSEGV);
  const CrashReport report = FindCrashReport("before\n" + ended.output);
  EXPECT_EQ(report.summary, "SIGSEGV at address 0x0 in thread 'the culprit'");
  ASSERT_FALSE(report.frames.empty()) << ended.output;
  EXPECT_THAT(report.frames.front(), HasSubstr("penstock::WriteToNull()"));
}

TEST(CrashReportTest, WhenTheStackIsFullThenThatIsReportedToo) {
  const Ended ended = CrashIn([] { RecurseWithoutEnd(0); });
  EXPECT_EQ(ended.signal, SIGSEGV);
  const CrashReport report = FindCrashReport(ended.output);
  EXPECT_GT(report.frames.size(), 20u);
  EXPECT_THAT(report.frames, Contains(HasSubstr("RecurseWithoutEnd")));
}

TEST(CrashReportTest, WhenAProcessAbortsThenItEndsByAbort) {
  const Ended ended = CrashIn([] { std::abort(); });
  EXPECT_EQ(ended.signal, SIGABRT);
  EXPECT_THAT(FindCrashReport(ended.output).summary, HasSubstr("SIGABRT in thread"));
}

TEST(CrashReportTest, WhenFramesAreDestroyedThenItStillEndsByTheSignal) {
  const Ended ended = CrashIn([] {
    // The return address and the saved frame pointer of this very frame.
    auto* frame = static_cast<void**>(__builtin_frame_address(0));
    for (int i = 0; i < 64; ++i) frame[i] = reinterpret_cast<void*>(0x4141414141414141);
    WriteToNull();
  });
  EXPECT_EQ(ended.signal, SIGSEGV);
  EXPECT_FALSE(FindCrashReport(ended.output).empty()) << ended.output;
}

#endif

TEST(CrashReportTest, WhenNothingHasCrashedThenThereIsNoReport) {
  EXPECT_TRUE(FindCrashReport("all is well\n    at home+0x12\n").empty());
}

TEST(CrashReportTest, WhenAFrameNamesNoFileThenItIsShownAsItIs) {
  const CrashReport report = FindCrashReport(
      "*** crash: SIGSEGV\n    at /nowhere/x.so+0x12\n    at nonsense\n    at "
      "/dev/null+0x1\nend\n");
  EXPECT_EQ(report.frames, (std::vector<std::string>{"x.so+0x12", "nonsense", "null+0x1"}));
  EXPECT_EQ(ToString(report), "SIGSEGV\n    at x.so+0x12\n    at nonsense\n    at null+0x1\n");
}

}  // namespace
}  // namespace penstock
