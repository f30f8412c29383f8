#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/process.h"
#include "api/runtime/process_operator.h"
#include "tests/support/operator_harness.h"

namespace penstock {
namespace {

using testing::HarnessSnapshot;
using testing::OperatorHarness;

struct Event {
  std::string user;
};

struct Report {
  std::string user;
  std::int64_t count = 0;
  bool operator==(const Report&) const = default;
};

/// Reports a user's count when none of their records has come for 10 ms of the wall clock.
struct Silence : KeyedProcess<std::string, Event, Report> {
  ValueState<std::int64_t> count{this, "count"};
  ValueState<Timestamp> timer{this, "timer"};

  void process(const Event&, Context& context, Collector<Report>&) {
    if (const Timestamp* old = timer.get()) context.timers().erase_processing_time(*old);
    timer = context.processing_time() + Millis(10);
    context.timers().set_processing_time(*timer.get());
    context.timers().set_processing_time(*timer.get());
    count = count.value_or(0) + 1;
  }
  void on_processing_timer(Timestamp time, Context& context, Collector<Report>& out) {
    EXPECT_EQ(time, context.timestamp());
    EXPECT_LE(time, context.processing_time());
    out.collect({context.key(), count.value_or(0)});
    count.clear();
    timer.clear();
  }
};

using SilenceHarness = OperatorHarness<Event, Report>;
const SilenceHarness::Make kNewSilence = [] {
  return MakeProcess<Event>("silence", &Event::user, Silence{});
};
constexpr Timestamp kStart{3'600'000};  // of the harness's clock

TEST(ProcessingTimerTest, WhenTheWallClockReachesATimerThenItFiresOnce) {
  for (const bool restore : {false, true}) {
    SilenceHarness harness(kNewSilence, {.restore_after_every_call = restore});
    EXPECT_EQ(harness.op().NextProcessingTime(), std::nullopt);
    harness.Process({"a"}, {7});
    harness.PassTime(Millis(5));
    harness.Process({"a"}, {8});
    harness.Process({"b"}, {9});
    // After a restore it may have to look first.
    EXPECT_LE(harness.op().NextProcessingTime(), kStart + Millis(15));
    if (!restore) {
      EXPECT_EQ(harness.op().NextProcessingTime(), kStart + Millis(15));
    }
    harness.PassTime(Millis(9));
    harness.Watermark({1'000'000'000'000});  // is another clock
    EXPECT_TRUE(harness.records().empty());
    harness.PassTime(Millis(1));
    harness.PassTime(Millis(100));
    std::vector<Report> reports = harness.values();
    std::sort(reports.begin(), reports.end(),
              [](const Report& a, const Report& b) { return a.user < b.user; });
    EXPECT_EQ(reports, (std::vector<Report>{{"a", 2}, {"b", 1}}));
    for (const auto& emitted : harness.records()) {
      EXPECT_EQ(emitted.timestamp, kStart + Millis(15));
    }
    if (!restore) {
      EXPECT_EQ(harness.op().NextProcessingTime(), std::nullopt);
    }
    EXPECT_TRUE(harness.status().ok()) << harness.status().message();
  }
}

TEST(ProcessingTimerTest, WhenTimersWereReachedDuringAFailureThenTheyFireAfterTheRestore) {
  SilenceHarness before(kNewSilence, {.subtask = 0, .parallelism = 1});
  for (int user = 0; user < 20; ++user) before.Process({std::to_string(user)}, {});
  const std::vector<HarnessSnapshot> snapshots{before.Snapshot()};
  std::vector<std::string> users;
  for (std::uint32_t subtask = 0; subtask < 3; ++subtask) {
    SilenceHarness after(kNewSilence, {.subtask = subtask, .parallelism = 3}, snapshots);
    after.op().OnProcessingTime(kStart);
    EXPECT_TRUE(after.values().empty());
    EXPECT_EQ(after.op().NextProcessingTime(), kStart + Millis(10));
    after.PassTime(std::chrono::hours(1));
    for (const Report& report : after.values()) users.push_back(report.user);
    EXPECT_FALSE(after.values().empty());
  }
  std::sort(users.begin(), users.end());
  EXPECT_EQ(std::unique(users.begin(), users.end()), users.end());
  EXPECT_EQ(users.size(), 20U);
}

TEST(ProcessingTimerTest, WhenSetWithoutOnProcessingTimerThenTheTaskFails) {
  struct Deaf : KeyedProcess<std::string, Event, Report> {
    void process(const Event&, Context& context, Collector<Report>&) {
      context.timers().set_processing_time(context.processing_time());
    }
  };
  SilenceHarness harness([] { return MakeProcess<Event>("deaf", &Event::user, Deaf{}); });
  harness.Process({"a"}, {0});
  EXPECT_NE(harness.status().message().find("no on_processing_timer"), std::string::npos);
}

TEST(ProcessingTimerTest, WhenParallelismChangesThenTheSmallestWatermarkIsRestored) {
  std::vector<HarnessSnapshot> snapshots;
  for (std::uint32_t subtask = 0; subtask < 2; ++subtask) {
    SilenceHarness harness(kNewSilence, {.subtask = subtask, .parallelism = 2});
    harness.Watermark({100 + 100 * subtask});
    snapshots.push_back(harness.Snapshot());
  }
  SilenceHarness one(kNewSilence, {}, snapshots);
  ByteReader state(snapshots[0].state);
  EXPECT_EQ(state.Fixed<std::int64_t>(), 100);
  const std::string restored = one.Snapshot().state;
  EXPECT_EQ(restored, snapshots[0].state);
}

}  // namespace
}  // namespace penstock
