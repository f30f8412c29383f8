#include "my_job.h"

#include <gtest/gtest.h>
#include <penstock/testing.h>

namespace {

using namespace penstock;

TEST(MyJobTest, WhenAPartOfAPageIsLoadedThenItIsNoView) {
  EXPECT_TRUE(IsPage({Timestamp{0}, "/", 10}));
  EXPECT_FALSE(IsPage({Timestamp{0}, "/static/logo.png", 10}));
}

/// The job's operators, without its source and sink, and with a clock of our own.
penstock::testing::OperatorTest<View, PageViews> Counting() {
  return penstock::testing::OperatorTest<View, PageViews>(
      [](const Stream<View>& views) { return CountViews(views, 1min); });
}

TEST(MyJobTest, WhenAMinuteIsOverThenItsViewsAreCounted) {
  auto test = Counting();
  for (const std::int64_t millis : {20, 90, 30}) {
    test.process({Timestamp{60'000}, "/", millis}, Timestamp{60'000});
  }
  EXPECT_TRUE(test.output().empty());
  test.watermark(Timestamp{120'000});
  ASSERT_EQ(test.output().size(), 1u);
  EXPECT_EQ(test.output()[0].from, Timestamp{60'000});
  EXPECT_EQ(test.output()[0].views, 3u);
  EXPECT_EQ(test.output()[0].slowest_ms, 90);
}

TEST(MyJobTest, WhenTheJobFailsInBetweenThenNothingIsLost) {
  auto test = Counting();
  test.torture();  // after every call: a snapshot, and new instances that go on from it
  test.process({Timestamp{0}, "/", 1}, Timestamp{0});
  test.process({Timestamp{1}, "/", 2}, Timestamp{1});
  test.end();
  ASSERT_EQ(test.output().size(), 1u);
  EXPECT_EQ(test.output()[0].views, 2u);
}

}  // namespace
