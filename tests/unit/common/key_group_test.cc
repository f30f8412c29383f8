#include "common/key_group.h"

#include <string>

#include <gtest/gtest.h>

namespace penstock {
namespace {

// Snapshots are addressed by these: a change makes every stored one unreadable.
TEST(KeyGroupTest, WhenHashedThenValuesAreThoseOfVersionOne) {
  EXPECT_EQ(kKeyHashVersion, 1u);
  EXPECT_EQ(HashKey(""), 0x2d06800538d394c2ULL);
  EXPECT_EQ(HashKey("penstock"), HashKey(std::string("pen") + "stock"));
  EXPECT_EQ(HashKey("a"), 0xe6c632b61e964e1fULL);
}

TEST(KeyGroupTest, WhenTheHashSpansItsRangeThenGroupsDo) {
  EXPECT_EQ(KeyGroupOf(0, 4096), 0u);
  EXPECT_EQ(KeyGroupOf(~0ULL, 4096), 4095u);
  EXPECT_EQ(KeyGroupOf(0x8000000000000000ULL, 4096), 2048u);
  EXPECT_EQ(KeyGroupOf(~0ULL, 1), 0u);
}

TEST(KeyGroupTest, WhenRangesAreTakenThenTheyPartitionAllGroupsAndAgreeWithTheOwner) {
  for (std::uint32_t max_parallelism : {1u, 7u, 128u, 4096u, 32768u}) {
    for (std::uint32_t parallelism : {1u, 2u, 3u, 5u, 7u, 100u}) {
      if (parallelism > max_parallelism) continue;
      std::uint32_t next = 0;
      for (std::uint32_t subtask = 0; subtask < parallelism; ++subtask) {
        const KeyGroupRange range = KeyGroupRangeOf(subtask, max_parallelism, parallelism);
        ASSERT_EQ(range.begin, next);
        next = range.end;
        for (std::uint32_t group = range.begin; group < range.end; ++group) {
          ASSERT_EQ(SubtaskOfKeyGroup(group, max_parallelism, parallelism), subtask);
        }
      }
      EXPECT_EQ(next, max_parallelism);
    }
  }
}

}  // namespace
}  // namespace penstock
