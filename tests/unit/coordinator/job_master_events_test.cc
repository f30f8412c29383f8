#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/job_master.h"
#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<EventKind> KindsSince(JobMasterHarness& h, std::uint64_t since) {
  std::vector<EventKind> kinds;
  for (const JobEventLine& line : h.master().events().lines()) {
    if (line.id > since) kinds.push_back(line.kind);
  }
  return kinds;
}

std::size_t Count(JobMasterHarness& h, EventKind kind) {
  const std::vector<EventKind> kinds = KindsSince(h, 0);
  return static_cast<std::size_t>(std::count(kinds.begin(), kinds.end(), kind));
}

void Complete(JobMasterHarness& h, std::uint64_t id) {
  h.PassTime(std::chrono::seconds(10));
  h.MakeDirectory(id);
  h.AcknowledgeAll(id);
  h.Decide(id);
}

TEST(JobMasterEventsTest, WhenAJobRunsThenItsEventsTellTheWayThere) {
  JobMasterHarness h;
  h.RunFromStart();
  EXPECT_THAT(KindsSince(h, 0),
              ElementsAre(EventKind::kSubmitted, EventKind::kCreated, EventKind::kScheduling,
                          EventKind::kDeploying, EventKind::kRunning));
}

TEST(JobMasterEventsTest, WhenItFailsThenTheCauseComesBeforeWhatFollows) {
  JobMasterHarness h;
  h.RunFromStart();
  const std::uint64_t before = h.master().events().last();
  h.Exit(0, "killed by SIGSEGV");
  h.ExitAll();
  EXPECT_THAT(KindsSince(h, before), ElementsAre(EventKind::kFailure, EventKind::kFailing,
                                                 EventKind::kRestarting, EventKind::kScheduling));
  for (const JobEventLine& line : h.master().events().lines()) {
    if (line.kind != EventKind::kFailure) continue;
    EXPECT_THAT(line.text, HasSubstr("SIGSEGV"));
  }
}

TEST(JobMasterEventsTest, WhenCheckpointsCompleteThenOnlyTheFirstOfAGenerationIsAnEvent) {
  JobMasterHarness h;
  h.RunFromStart();
  Complete(h, 1);
  Complete(h, 2);
  EXPECT_EQ(Count(h, EventKind::kCheckpoint), 1u);
  h.Exit(0, "killed");
  h.ExitAll();
  h.RunFromSlots();
  Complete(h, 3);
  EXPECT_EQ(Count(h, EventKind::kCheckpoint), 2u);
}

TEST(JobMasterEventsTest, WhenCancelledThenTheEndIsTheLastEvent) {
  JobMasterHarness h;
  h.RunFromStart();
  h.Tell(CancelJob{});
  h.ExitAll();
  EXPECT_EQ(h.master().events().lines().back().kind, EventKind::kCanceled);
}

TEST(JobMasterEventsTest, WhenTheCoordinatorIsStartedAgainThenStoredFailuresAreEventsAndItSaysSo) {
  JobProgress progress;
  progress.state = JobState::kRunning;
  progress.generation = Generation(3);
  progress.submitted_millis = 100;
  progress.failures = {{.wall_millis = 300, .message = "second"},
                       {.wall_millis = 200, .message = "first"}};
  JobMasterHarness h({}, progress);
  h.Tell(StartJob{});
  EXPECT_THAT(KindsSince(h, 0),
              ElementsAre(EventKind::kSubmitted, EventKind::kFailure, EventKind::kFailure,
                          EventKind::kAdopted, EventKind::kCreated, EventKind::kScheduling));
  const auto& lines = h.master().events().lines();
  EXPECT_EQ(lines[0].wall_millis, 100);
  EXPECT_EQ(lines[1].text, "failed: first");
  EXPECT_EQ(lines[2].wall_millis, 300);
}

}  // namespace
}  // namespace penstock
