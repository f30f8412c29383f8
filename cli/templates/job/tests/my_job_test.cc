#include "my_job.h"

#include <gtest/gtest.h>
#include <penstock/testing.h>

namespace {

using penstock::Timestamp;

TEST(MyJobTest, WhenAPartOfAPageIsLoadedThenItIsNoView) {
  EXPECT_TRUE(IsPage({Timestamp{0}, "/", 10}));
  EXPECT_FALSE(IsPage({Timestamp{0}, "/static/logo.png", 10}));
}

TEST(MyJobTest, WhenViewsAreTalliedThenTheyAreCountedAndTheSlowestIsKept) {
  Tally tally;
  for (const std::int64_t millis : {20, 90, 30}) tally.add({Timestamp{0}, "/", millis});
  const PageViews result = Summarize("/", {Timestamp{60'000}, Timestamp{120'000}}, tally);
  EXPECT_EQ(result.from, Timestamp{60'000});
  EXPECT_EQ(result.page, "/");
  EXPECT_EQ(result.views, 3u);
  EXPECT_EQ(result.slowest_ms, 90);
}

}  // namespace
