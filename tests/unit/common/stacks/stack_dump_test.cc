#include "common/stacks/stack_dump.h"

#include <semaphore.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/stacks/stack_sampler.h"
#include "common/stacks/stack_signal.h"

namespace penstock {

// Outside of the unnamed namespace, and never inlined, so that their names are known.
[[gnu::noinline]] void WaitAtDepth(int depth, sem_t& entered, sem_t& leave) {
  if (depth == 0) {
    sem_post(&entered);
    while (sem_wait(&leave) != 0) {
    }
  } else {
    WaitAtDepth(depth - 1, entered, leave);
  }
  asm volatile("" ::: "memory");  // no tail call
}

[[gnu::noinline]] void BurnInHotFunction(const std::atomic<bool>& stop) {
  volatile std::uint64_t sum = 0;
  while (!stop.load(std::memory_order_relaxed)) sum = sum * 31 + 1;
}

namespace {

using testing::Contains;
using testing::HasSubstr;

/// A thread with a name, waiting in a recursion of a known depth.
class WaitingThread {
 public:
  explicit WaitingThread(int depth, bool blocks_signals = false) {
    sem_init(&entered_, 0, 0);
    sem_init(&leave_, 0, 0);
    thread_ = std::thread([this, depth, blocks_signals] {
      const NamedThread name("a name longer than the kernel keeps", SubtaskId{VertexId(3), 2});
      if (blocks_signals) {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
      }
      WaitAtDepth(depth, entered_, leave_);
    });
    while (sem_wait(&entered_) != 0) {
    }
  }
  ~WaitingThread() {
    sem_post(&leave_);
    thread_.join();
  }

 private:
  sem_t entered_;
  sem_t leave_;
  std::thread thread_;
};

ThreadStack OnlyStackOf(const SubtaskId& task) {
  std::vector<ThreadEntry> threads = ListThreads();
  std::erase_if(threads, [&](const ThreadEntry& thread) { return thread.task != task; });
  EXPECT_EQ(threads.size(), 1u);
  std::vector<ThreadStack> stacks = TakeStacks(threads);
  return stacks.size() == 1 ? stacks[0] : ThreadStack{};
}

class StackDumpTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(InstallStackSignal().ok()); }
};

TEST_F(StackDumpTest, WhenAThreadWaitsInARecursionThenEveryFrameIsNamed) {
  const WaitingThread waiting(20);
  const ThreadStack stack = OnlyStackOf({VertexId(3), 2});
  EXPECT_EQ(stack.thread.name, "a name longer than the kernel keeps");
  EXPECT_FALSE(stack.silent);
  const auto in_recursion = std::count_if(
      stack.frames.begin(), stack.frames.end(),
      [](const std::string& frame) { return frame.starts_with("penstock::WaitAtDepth("); });
  EXPECT_EQ(in_recursion, 21) << testing::PrintToString(stack.frames);
}

TEST_F(StackDumpTest, WhenARecursionIsDeepThenTheInnermostFramesAreThere) {
  const WaitingThread waiting(100'000);
  const ThreadStack stack = OnlyStackOf({VertexId(3), 2});
  EXPECT_GT(stack.frames.size(), 100u);
  EXPECT_LE(stack.frames.size(), 120u);
  EXPECT_THAT(stack.frames.back(), HasSubstr("WaitAtDepth"));
}

TEST_F(StackDumpTest, WhenAThreadBlocksSignalsThenItIsListedAsSilent) {
  const WaitingThread waiting(1, /*blocks_signals=*/true);
  EXPECT_TRUE(OnlyStackOf({VertexId(3), 2}).silent);
}

TEST_F(StackDumpTest, WhenAThreadHasEndedThenItIsListedNoMore) {
  { const WaitingThread waiting(1); }
  for (const ThreadEntry& thread : ListThreads()) EXPECT_FALSE(thread.task.has_value());
}

TEST_F(StackDumpTest, WhenAllThreadsAreDumpedManyTimesThenNoPlaceIsLost) {
  const WaitingThread waiting(5);
  for (int round = 0; round < 300; ++round) TakeStacks(ListThreads());
  EXPECT_EQ(LostStacks(), 0u);
  EXPECT_FALSE(OnlyStackOf({VertexId(3), 2}).silent);
}

/// Share of the samples that have `function` in them, of all.
double ShareOf(const StackCounts& counts, const std::string& function) {
  std::uint64_t all = 0;
  std::uint64_t with = 0;
  for (const auto& [stack, count] : counts) {
    all += count;
    if (std::any_of(stack.begin(), stack.end(), [&](const std::string& frame) {
          return frame.find(function) != std::string::npos;
        }))
      with += count;
  }
  return all == 0 ? 0 : static_cast<double>(with) / static_cast<double>(all);
}

/// Two threads: one that computes, one that waits.
StackCounts Sample(SamplingOptions::Kind kind) {
  const WaitingThread waiting(3);
  std::atomic<bool> stop{false};
  std::thread busy([&] { BurnInHotFunction(stop); });
  SamplingOptions options{kind, {}, std::chrono::milliseconds(400)};
  for (const ThreadEntry& thread : ListThreads()) {
    if (thread.tid != gettid()) options.tids.push_back(thread.tid);
  }
  const Result<StackCounts> counts = SampleStackCounts(options);
  stop = true;
  busy.join();
  EXPECT_TRUE(counts.ok());
  return counts.ok() ? *counts : StackCounts();
}

TEST_F(StackDumpTest, WhenTimeOnTheCpuIsSampledThenTheHotFunctionIsFound) {
  const StackCounts counts = Sample(SamplingOptions::Kind::kOnCpu);
  EXPECT_GT(ShareOf(counts, "BurnInHotFunction"), 0.9);
  EXPECT_EQ(ShareOf(counts, "WaitAtDepth"), 0);
}

TEST_F(StackDumpTest, WhenTimeOffTheCpuIsSampledThenTheWaitingFunctionIsFound) {
  const StackCounts counts = Sample(SamplingOptions::Kind::kOffCpu);
  EXPECT_GT(ShareOf(counts, "WaitAtDepth"), 0.9);
}

TEST_F(StackDumpTest, WhenAllTimeIsSampledThenBothAreFound) {
  const StackCounts counts = Sample(SamplingOptions::Kind::kFull);
  EXPECT_GT(ShareOf(counts, "WaitAtDepth"), 0.3);
  EXPECT_GT(ShareOf(counts, "BurnInHotFunction"), 0.3);
}

TEST_F(StackDumpTest, WhenAThreadEndsWhileItIsSampledThenItsSamplesAreKept) {
  std::atomic<bool> stop{false};
  std::thread busy([&] { BurnInHotFunction(stop); });
  SamplingOptions options{SamplingOptions::Kind::kOnCpu, {}, std::chrono::milliseconds(400)};
  for (const ThreadEntry& thread : ListThreads()) {
    if (thread.tid != gettid()) options.tids.push_back(thread.tid);
  }
  std::thread stopper([&] {
    const auto counts = SampleStackCounts(
        {SamplingOptions::Kind::kOnCpu, options.tids, std::chrono::milliseconds(100)});
    EXPECT_GT(ShareOf(*counts, "BurnInHotFunction"), 0.5);
    stop = true;
    busy.join();
  });
  EXPECT_GT(ShareOf(*SampleStackCounts(options), "BurnInHotFunction"), 0.5);
  stopper.join();
}

TEST_F(StackDumpTest, WhenSamplingIsToTakeTooLongThenItIsRefused) {
  const auto counts =
      SampleStackCounts({SamplingOptions::Kind::kOnCpu, {}, std::chrono::milliseconds(31'000)});
  EXPECT_EQ(counts.status().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace penstock
