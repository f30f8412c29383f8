#include "api/text.h"

#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "api/runtime/arena.h"

namespace penstock {
namespace {

TEST(TextTest, WhenAtMostTwelveCharactersThenTheyAreHeldInside) {
  std::string characters = "123456789012";
  const Text text(characters);
  characters.assign(12, 'x');
  EXPECT_TRUE(text.is_inline());
  EXPECT_EQ(text.view(), "123456789012");
}

TEST(TextTest, WhenLongerThenItViewsTheCharacters) {
  const std::string characters = "1234567890123";
  const Text text(characters);
  EXPECT_FALSE(text.is_inline());
  EXPECT_EQ(text.view().data(), characters.data());
}

TEST(TextTest, WhenCharactersAreEqualThenTextsAreEqualWhereverTheyAre) {
  for (const std::size_t length : {0, 1, 4, 5, 8, 12, 13, 100}) {
    const std::string one(length, 'a');
    const std::string other(length, 'a');
    EXPECT_EQ(Text(one), Text(other)) << length;
    EXPECT_EQ(std::hash<Text>()(one), std::hash<Text>()(other)) << length;
    EXPECT_EQ(std::hash<Text>()(one), std::hash<std::string>()(one)) << length;
    if (length == 0) continue;
    std::string different = one;
    different.back() = 'b';
    EXPECT_NE(Text(one), Text(different)) << length;
    EXPECT_LT(Text(one), Text(different)) << length;
  }
}

TEST(TextTest, WhenOneIsAPrefixThenItIsLess) {
  EXPECT_LT(Text("abcd"), Text("abcde"));
  EXPECT_NE(Text("abcd"), Text(std::string_view("abcd\0", 5)));
}

TEST(TextTest, WhenStringIsTemporaryThenTextCannotBeMadeOfIt) {
  static_assert(!std::is_constructible_v<Text, std::string&&>);
  static_assert(std::is_trivially_copyable_v<Text>);
}

TEST(ArenaTest, WhenClearedThenMemoryIsUsedAgain) {
  Arena arena;
  const char* first = arena.Copy("some characters").data();
  arena.Clear();
  EXPECT_EQ(arena.used(), 0u);
  EXPECT_EQ(arena.Copy("other").data(), first);
}

TEST(ArenaTest, WhenManySizesAreAskedForThenNothingOverlaps) {
  Arena arena;
  for (int round = 0; round < 2; ++round) {
    std::vector<std::pair<std::string_view, std::string>> copies;
    for (std::size_t i = 0; i < 200; ++i) {
      std::string bytes((i * 7919) % 9000, static_cast<char>('a' + i % 26));
      copies.emplace_back(arena.Copy(bytes), bytes);
    }
    for (const auto& [copy, bytes] : copies) {
      ASSERT_EQ(copy, bytes);
      if (!copy.empty()) {
        EXPECT_TRUE(arena.Owns(copy.data()));
      }
    }
    arena.Clear();
  }
  const std::string elsewhere = "elsewhere";
  EXPECT_FALSE(arena.Owns(elsewhere.data()));
}

#ifdef PENSTOCK_ASAN
TEST(ArenaTest, WhenClearedThenOldBytesArePoisoned) {
  Arena arena;
  const char* bytes = arena.Copy("some characters").data();
  EXPECT_FALSE(__asan_address_is_poisoned(bytes));
  arena.Clear();
  EXPECT_TRUE(__asan_address_is_poisoned(bytes));
}
#endif

}  // namespace
}  // namespace penstock
