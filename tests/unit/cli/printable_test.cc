#include "cli/printable.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(PrintableTest, WhenTextHasColoursThenTheyAreLeftOut) {
  EXPECT_EQ(Printable("\033[1;31mred\033[0m\n"), "red\n");
}

TEST(PrintableTest, WhenTextMovesTheCursorThenItIsShown) {
  EXPECT_EQ(Printable("a\033[2Jb\rc\x07\x7f"), "a\\x1b[2Jb\\x0dc\\x07\\x7f");
  EXPECT_EQ(Printable("\033["), "\\x1b[");
  EXPECT_EQ(Printable("\033[3;"), "\\x1b[3;");
}

TEST(PrintableTest, WhenControlCharactersAreBeyondAsciiThenTheyAreShownAndLettersStay) {
  EXPECT_EQ(Printable("\xC2\x9B"
                      "2J ä → \xC2\xA0"),
            "\\xc2\\x9b2J ä → \xC2\xA0");
}

TEST(PrintableTest, WhenALineIsWantedThenItIsOne) {
  EXPECT_EQ(Printable("a\tb\nc"), "a\tb\nc");
  EXPECT_EQ(PrintableLine("a\tb\nc"), "a\\x09b\\x0ac");
}

}  // namespace
}  // namespace penstock
