#include "worker/task/task_signal.h"

#include <thread>

#include <gtest/gtest.h>

#include "common/adaptive_spin.h"

namespace penstock {
namespace {

TEST(AdaptiveSpin, WhenItIsReadyThenOneLookSuffices) {
  AdaptiveSpin spin;
  int looks = 0;
  EXPECT_TRUE(spin.Try([&] { return ++looks > 0; }));
  EXPECT_EQ(looks, 1);
}

TEST(AdaptiveSpin, WhenItHasLookedInVainThenItSkipsSomeTurns) {
  AdaptiveSpin spin;
  EXPECT_FALSE(spin.Try([] { return false; }));
  int looks = 0;
  int turns = 0;
  while (looks == 0) {
    spin.Try([&] { return ++looks > 0; });
    ++turns;
  }
  EXPECT_GT(turns, 1);
}

TEST(TaskSignal, WhenNotifiedBeforeTheWaitThenItReturnsAtOnce) {
  TaskSignal signal;
  signal.Notify();
  signal.Wait(std::nullopt);
  EXPECT_EQ(signal.times().back_pressured.count(), 0);
}

TEST(TaskSignal, WhenTheDeadlineHasPassedThenTheWaitEndsWithoutANotification) {
  TaskSignal signal;
  for (int i = 0; i < 3; ++i) signal.Wait(std::chrono::steady_clock::now());
  EXPECT_FALSE(signal.times().waiting);
}

TEST(TaskSignal, WhenTwoThreadsNotifyInTurnThenNoNotificationIsLost) {
  constexpr int kTurns = 5000;
  TaskSignal ping;
  TaskSignal pong;
  std::thread other([&] {
    for (int i = 0; i < kTurns; ++i) {
      ping.Wait(std::nullopt);
      pong.Notify();
    }
  });
  for (int i = 0; i < kTurns; ++i) {
    ping.Notify();
    pong.Wait(std::nullopt);
  }
  other.join();
  EXPECT_FALSE(pong.times().waiting);
}

}  // namespace
}  // namespace penstock
