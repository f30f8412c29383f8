#include "common/ids.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(HexIdTest, WhenFormattedThenItParsesBack) {
  const JobId id(0x0123456789abcdefULL, 1);
  EXPECT_EQ(ToString(id), "0123456789abcdef0000000000000001");
  EXPECT_EQ(*ParseId<JobId>(ToString(id)), id);
}

TEST(HexIdTest, WhenTextIsNotThirtyTwoHexDigitsThenParsingFails) {
  EXPECT_FALSE(ParseId<JobId>("").ok());
  EXPECT_FALSE(ParseId<JobId>("0123456789abcdef000000000000000").ok());
  EXPECT_FALSE(ParseId<JobId>("0123456789abcdef00000000000000zz").ok());
  EXPECT_FALSE(ParseId<JobId>("-123456789abcdef0000000000000001").ok());
}

}  // namespace
}  // namespace penstock
