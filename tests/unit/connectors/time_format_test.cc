#include "connectors/file/time_format.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

std::int64_t Parsed(const std::string& pattern, const std::string& text) {
  const Result<TimeFormat> format = TimeFormat::Make(pattern);
  EXPECT_TRUE(format.ok()) << format.status().message();
  const std::optional<Timestamp> time = format->Parse(text);
  return time ? time->millis : -1;
}

std::int64_t ParsedByDefault(const std::string& text) {
  const std::optional<Timestamp> time = TimeFormat().Parse(text);
  return time ? time->millis : -1;
}

std::string Written(std::int64_t millis) {
  std::string text;
  AppendIso8601({millis}, text);
  return text;
}

TEST(TimeFormatTest, WhenTextFitsThePatternThenItIsThatTimeInUtc) {
  EXPECT_EQ(978310020000, Parsed("%Y/%m/%d %H:%M", "2001/01/01 00:47"));
  EXPECT_EQ(951782400000, Parsed("%Y%m%d", "20000229"));
  EXPECT_EQ(1709210096789, Parsed("%F %T.%f", "2024-02-29 12:34:56.789"));
  EXPECT_EQ(1709210096700, Parsed("%FT%T.%f%z", "2024-02-29T14:34:56.7+02:00"));
  EXPECT_EQ(0, Parsed("%Y%%", "1970%"));
}

TEST(TimeFormatTest, WhenTextDoesNotFitThenThereIsNoTime) {
  for (const char* text :
       {"2001/01/01 00:47 ", "2001/1/01 00:47", "2001/13/01 00:47", "", "2001/02/29 00:47",
        "2001/01/01 24:00", "2001/01/01 00:60", "2001/01/01"}) {
    EXPECT_EQ(-1, Parsed("%Y/%m/%d %H:%M", text)) << text;
  }
}

TEST(TimeFormatTest, WhenThePatternIsUnknownThenTheMessageNamesIt) {
  EXPECT_EQ("time format '%Y-%q': unknown conversion '%q'",
            TimeFormat::Make("%Y-%q").status().message());
  EXPECT_EQ("time format '%H:%M' has no year", TimeFormat::Make("%H:%M").status().message());
  EXPECT_FALSE(TimeFormat::Make("%Y%").ok());
}

TEST(TimeFormatTest, WhenThereIsNoPatternThenIsoAndMillisecondsAreUnderstood) {
  EXPECT_EQ(978310020000, ParsedByDefault("2001-01-01T00:47"));
  EXPECT_EQ(978310020000, ParsedByDefault("2001-01-01 00:47:00Z"));
  EXPECT_EQ(978310020250, ParsedByDefault("2001-01-01T01:47:00.25+0100"));
  EXPECT_EQ(978310020000, ParsedByDefault("2001-01-01T01:47+01"));
  EXPECT_EQ(978307200000, ParsedByDefault("2001-01-01"));
  EXPECT_EQ(-1500, ParsedByDefault("-1500"));
  for (const char* text : {"", "-", "2001-01-01T", "2001-01-01T00", "2001-01-01X00:47",
                           "2001-01-01T00:47:00.Z", "2001-01-01T00:47+1", "99999999999999999999"}) {
    EXPECT_EQ(-1, ParsedByDefault(text)) << text;
  }
}

TEST(TimeFormatTest, WhenATimeIsWrittenThenItReadsBackTheSame) {
  EXPECT_EQ("1970-01-01T00:00:00Z", Written(0));
  EXPECT_EQ("2024-02-29T12:34:56.789Z", Written(1709210096789));
  EXPECT_EQ("1969-12-31T23:59:59.999Z", Written(-1));
  EXPECT_EQ("+10000-01-01T00:00:00Z", Written(253402300800000));
  for (std::int64_t millis = -60'000'000'000'000; millis < 60'000'000'000'000;
       millis += 1'234'567'890'123) {
    EXPECT_EQ(millis, TimeFormat().Parse(Written(millis))->millis);
  }
}

}  // namespace
}  // namespace penstock
