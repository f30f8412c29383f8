#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/configuration.h"
#include "common/config/options.h"
#include "common/config/yaml.h"
#include "common/timestamp.h"

namespace penstock {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

TEST(ValueTest, WhenADurationHasAUnitThenItIsScaled) {
  EXPECT_EQ(ParseDuration("10 s"), milliseconds(10'000));
  EXPECT_EQ(ParseDuration("5min"), milliseconds(300'000));
  EXPECT_EQ(ParseDuration(" 500 MS "), milliseconds(500));
  EXPECT_EQ(ParseDuration("1 hour"), milliseconds(3'600'000));
  EXPECT_EQ(ParseDuration("250"), milliseconds(250));
}

TEST(ValueTest, WhenADurationIsMalformedThenThereIsNone) {
  for (const char* text : {"", "s", "-1 s", "1.5 s", "1 fortnight", "1 s 2", "9999999999999 h"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(ValueTest, WhenASizeHasAUnitThenItIsAPowerOf1024) {
  EXPECT_EQ(ParseSize("512m")->bytes, 512ULL << 20);
  EXPECT_EQ(ParseSize("2 GiB")->bytes, 2ULL << 30);
  EXPECT_EQ(ParseSize("17")->bytes, 17u);
  EXPECT_EQ(ParseSize("99999999t"), std::nullopt);
  EXPECT_EQ(ParseSize("1x"), std::nullopt);
}

TEST(TimestampTest, WhenADurationIsFormattedThenTheLargestExactUnitIsUsed) {
  EXPECT_EQ(FormatDuration(7 * std::chrono::hours(24)), "7 d");
  EXPECT_EQ(FormatDuration(milliseconds(90'000)), "90 s");
  EXPECT_EQ(FormatDuration(milliseconds(3'600'000)), "1 h");
  EXPECT_EQ(FormatDuration(milliseconds(0)), "0 ms");
}

TEST(ValueTest, WhenNumbersAreMalformedThenThereAreNone) {
  EXPECT_EQ(ParseInt("12x"), std::nullopt);
  EXPECT_EQ(ParseInt("1.0"), std::nullopt);
  EXPECT_EQ(ParseDouble("nan"), std::nullopt);
  EXPECT_EQ(ParseDouble("inf"), std::nullopt);
  EXPECT_EQ(ParseBool("yes"), std::nullopt);
}

TEST(EditDistanceTest, WhenTextsDifferThenEditsAreCounted) {
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(EditDistance("same", "same"), 0u);
}

TEST(OptionRegistryTest, WhenListedThenKeysAreUniqueAndDefaultsValid) {
  std::set<std::string_view> keys;
  const Configuration config;
  for (const OptionSpec* spec : AllOptions()) {
    EXPECT_TRUE(keys.insert(spec->key).second) << spec->key;
    for (const std::string_view alias : SplitList(spec->aliases)) {
      EXPECT_TRUE(keys.insert(alias).second) << alias;
      EXPECT_EQ(FindOption(alias), spec);
    }
    EXPECT_TRUE(CheckValue(*spec, config.Find(*spec).value).ok()) << spec->key;
    EXPECT_FALSE(spec->description.empty()) << spec->key;
    EXPECT_EQ(spec->computed_default != nullptr, !spec->default_note.empty()) << spec->key;
  }
}

TEST(OptionRegistryTest, WhenAKeyIsMistypedThenTheNearestIsFound) {
  EXPECT_EQ(NearestKey("execution.checkpointing.intervall"), "execution.checkpointing.interval");
  EXPECT_EQ(NearestKey("rest.prot"), "rest.port");
  EXPECT_EQ(NearestKey("something.else.entirely"), "");
}

TEST(OptionRegistryTest, WhenRenderedThenEveryOptionHasARow) {
  const std::string table = RenderOptionReference();
  EXPECT_THAT(table, HasSubstr("| `rest.port` | `8081` | whole number from 0 to 65535 |"));
  EXPECT_THAT(table, HasSubstr("one of exponential-delay, fixed-delay, none"));
  for (const OptionSpec* spec : AllOptions()) EXPECT_THAT(table, HasSubstr(spec->key));
}

TEST(FlatYamlTest, WhenNestedOrDottedThenKeysAreTheSame) {
  const FlatYaml yaml = ParseFlatYaml("a:\n  b: 1\n  c.d: two words\na.e: '3'\n");
  ASSERT_TRUE(yaml.problems.empty());
  ASSERT_EQ(yaml.entries.size(), 3u);
  EXPECT_EQ(yaml.entries[0].key, "a.b");
  EXPECT_EQ(yaml.entries[1].key, "a.c.d");
  EXPECT_EQ(yaml.entries[1].value, "two words");
  EXPECT_EQ(yaml.entries[1].line, 3);
  EXPECT_EQ(yaml.entries[2].value, "3");
}

TEST(FlatYamlTest, WhenNotAMapOfScalarsThenProblemsAreListed) {
  EXPECT_EQ(ParseFlatYaml("- a\n").problems.size(), 1u);
  EXPECT_EQ(ParseFlatYaml("a: [1, 2]\nb:\n").problems.size(), 2u);
  EXPECT_EQ(ParseFlatYaml("a: {b: 1\n").problems.size(), 1u);
  EXPECT_EQ(ParseFlatYaml("a: &x {b: *x}\n").problems.size(), 1u);
  EXPECT_EQ(ParseFlatYaml(std::string(100'000, '[')).problems.size(), 1u);
  EXPECT_TRUE(ParseFlatYaml("").problems.empty());
}

}  // namespace
}  // namespace penstock
