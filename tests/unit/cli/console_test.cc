#include "cli/console.h"

#include <gtest/gtest.h>

#include "cli/exit_code.h"

namespace penstock {
namespace {

TEST(TableTest, WhenCellsDifferInWidthThenColumnsAlign) {
  Table table({"ID", "NAME"});
  table.Add({"1", "weekly → out"});
  table.Add({"1000", "x"});
  EXPECT_EQ(table.Render(), "ID    NAME\n1     weekly → out\n1000  x\n");
}

TEST(HumanTest, WhenNumbersAreLargeThenTheyAreShort) {
  EXPECT_EQ(HumanBytes(0), "0 B");
  EXPECT_EQ(HumanBytes(1536), "1.5 KiB");
  EXPECT_EQ(HumanBytes(5ULL << 30), "5.0 GiB");
  EXPECT_EQ(HumanCount(9999), "9999");
  EXPECT_EQ(HumanCount(4'100'000), "4.1 M");
  EXPECT_EQ(HumanDuration(0), "0 ms");
  EXPECT_EQ(HumanDuration(61'000), "1 min 1 s");
  EXPECT_EQ(HumanDuration(90'000'000), "1 d 1 h");
  EXPECT_EQ(HumanAge(0, 1000), "-");
  EXPECT_EQ(HumanAge(1000, 500), "0 ms ago");
}

TEST(ExitCodeTest, WhenAStatusHasACodeThenScriptsSeeIt) {
  EXPECT_EQ(ExitCodeOf(Status::Ok()), 0);
  EXPECT_EQ(ExitCodeOf(Status::External("x")), 1);
  EXPECT_EQ(ExitCodeOf(Status::InvalidArgument("x")), 2);
  EXPECT_EQ(ExitCodeOf(Status::User(ErrorCode::kUnauthorized, "x")), 4);
  EXPECT_EQ(ExitCodeOf(Status::NotFound("x")), 5);
  EXPECT_EQ(ExitCodeOf(Status::User(ErrorCode::kConflict, "x")), 6);
  EXPECT_EQ(ExitCodeOf(Status::Unavailable("x")), 7);
  EXPECT_EQ(ExitCodeOf(Status::User(ErrorCode::kTimeout, "x")), 8);
}

}  // namespace
}  // namespace penstock
