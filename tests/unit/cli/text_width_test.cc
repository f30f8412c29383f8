#include "cli/text_width.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(TextWidthTest, WhenTextIsTooWideThenItIsCutAtACharacter) {
  EXPECT_EQ(Cut("abc", 3), "abc");
  EXPECT_EQ(Cut("abcd", 3), "ab…");
  EXPECT_EQ(Cut("äöüß", 3), "äö…");
  EXPECT_EQ(Cut("abc", 0), "");
  EXPECT_EQ(Cut("abc", 1), "…");
}

TEST(TextWidthTest, WhenPaddedThenTheWidthIsExact) {
  EXPECT_EQ(Pad("ä", 3), "ä  ");
  EXPECT_EQ(PadLeft("ä", 3), "  ä");
  EXPECT_EQ(Pad("abcd", 2), "a…");
  EXPECT_EQ(DisplayWidth(PadLeft("äöüß", 2)), 2u);
}

TEST(TextWidthTest, WhenThereIsNoTerminalThenEightyColumns) { EXPECT_EQ(TerminalWidth(-1), 80u); }

}  // namespace
}  // namespace penstock
