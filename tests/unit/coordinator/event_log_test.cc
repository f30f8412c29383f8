#include "coordinator/event_log.h"

#include <set>

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(EventLogTest, WhenEventsAreAddedThenTheyAreNumberedFromOne) {
  EventLog log;
  EXPECT_EQ(log.last(), 0u);
  log.Add(5, LogLevel::kInfo, EventKind::kSubmitted, "submitted");
  log.Add(6, LogLevel::kError, EventKind::kFailure, "failed");
  ASSERT_EQ(log.lines().size(), 2u);
  EXPECT_EQ(log.lines()[0].id, 1u);
  EXPECT_EQ(log.lines()[1].wall_millis, 6);
  EXPECT_EQ(log.last(), 2u);
}

TEST(EventLogTest, WhenItIsFullThenTheOldestGoAndNumbersGoOn) {
  EventLog log;
  for (std::size_t i = 0; i < EventLog::kEvents + 5; ++i) {
    log.Add(0, LogLevel::kInfo, EventKind::kWarning, "");
  }
  EXPECT_EQ(log.lines().size(), EventLog::kEvents);
  EXPECT_EQ(log.lines().front().id, 6u);
  EXPECT_EQ(log.last(), EventLog::kEvents + 5);
}

TEST(EventLogTest, WhenKindsAreSpelledThenEachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  const int last = static_cast<int>(EventKind::kRestarting);
  for (int i = 0; i <= last; ++i) names.insert(ToString(static_cast<EventKind>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last) + 1);
}

}  // namespace
}  // namespace penstock
