#include "worker/host/memory_limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kMiB = 1 << 20;
constexpr MemoryShares kShares{100 * kMiB};

TEST(MemoryLimitTest, WhenSharesAreDividedThenNothingIsLostOrCountedTwice) {
  const MemoryShares odd{1'000'003};
  EXPECT_EQ(odd.exchange() + odd.state() + odd.user(), odd.total);
}

TEST(MemoryLimitTest, WhenEverythingIsWithinItsShareThenOk) {
  const MemoryUse use{25 * kMiB, 25 * kMiB, 40 * kMiB, 20 * kMiB, 100 * kMiB};
  EXPECT_TRUE(CheckStateMemory(kShares, use).ok());
  EXPECT_TRUE(CheckResidentMemory(kShares, use).ok());
}

TEST(MemoryLimitTest, WhenTablesAndCacheExceedTheShareOfStateThenTheBreakdownIsShown) {
  const Status status = CheckStateMemory(kShares, {5 * kMiB, 0, 41 * kMiB, 20 * kMiB, 90 * kMiB});
  EXPECT_EQ(status.code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(status.domain(), ErrorDomain::kUser);
  EXPECT_THAT(status.message(), HasSubstr("takes 61.0 MiB, more than its share of 60.0 MiB"));
  EXPECT_THAT(status.message(), HasSubstr("exchange takes 5.0 MiB (share 25.0 MiB)"));
  EXPECT_THAT(status.message(), HasSubstr("41.0 MiB in tables and 20.0 MiB in caches"));
  EXPECT_THAT(status.message(), HasSubstr("user code and the rest 24.0 MiB (share 15.0 MiB)"));
  EXPECT_THAT(status.hint(), HasSubstr("worker.memory"));
}

TEST(MemoryLimitTest, WhenTheProcessExceedsItsWholeShareThenTheBreakdownIsShown) {
  const Status status = CheckResidentMemory(kShares, {kMiB, kMiB, 2 * kMiB, 0, 101 * kMiB});
  EXPECT_EQ(status.code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(status.domain(), ErrorDomain::kUser);
  EXPECT_THAT(status.message(), HasSubstr("101.0 MiB resident, more than its share of 100.0 MiB"));
  EXPECT_THAT(status.message(), HasSubstr("user code and the rest 98.0 MiB"));
  EXPECT_FALSE(status.hint().empty());
}

TEST(MemoryLimitTest, WhenThereIsNoLimitThenNothingIsTooMuch) {
  EXPECT_TRUE(CheckResidentMemory({}, {0, 0, 0, 0, 1}).ok());
  EXPECT_TRUE(CheckStateMemory({}, {0, 0, 1, 0, 1}).ok());
  EXPECT_GT(ResidentBytes(), 0u);
}

}  // namespace
}  // namespace penstock
