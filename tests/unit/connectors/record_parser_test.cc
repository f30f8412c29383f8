#include "connectors/file/record_parser.h"

#include <cstdint>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace penstock {
namespace {

enum class Colour : std::uint8_t { kRed, kGreen };

struct Sample {
  std::int8_t small = 0;
  std::uint64_t large = 0;
  double real = 0;
  bool flag = false;
  std::string name;
  Text text;
  Timestamp time;
  Colour colour = Colour::kRed;
  std::optional<int> maybe;
  std::optional<std::string> remark;
};

const char* const kJson =
    R"({"small":-7,"large":18446744073709551615,"real":2.5,"flag":true,"name":"a\"é\n",)"
    R"("text":"longer than twelve bytes","time":"2001/01/01 00:47","colour":1)";
const char* const kHeader = "small,large,real,flag,name,text,time,colour,maybe,remark";

TimeFormat Format() { return TimeFormat::Make("%Y/%m/%d %H:%M").value(); }

/// Pads as a reader does.
Status Parse(RecordParser& parser, const std::string& bytes, Sample& sample, Arena& arena) {
  const std::string padded = bytes + std::string(RecordParser::kPadding, '}');
  return parser.Parse(std::string_view(padded).substr(0, bytes.size()), &sample, arena);
}

std::string JsonError(const std::string& json) {
  const auto parser = NewJsonParser(RecordFieldsOf<Sample>(), Format());
  Sample sample;
  Arena arena;
  return Parse(*parser, json, sample, arena).message();
}

/// kJson with one member replaced.
std::string JsonWith(const std::string& name, const std::string& value) {
  std::string json = kJson;
  const std::size_t at = json.find("\"" + name + "\":") + name.size() + 3;
  std::size_t end = at;
  for (bool quoted = false; end < json.size() && (quoted || json[end] != ','); ++end) {
    if (json[end] == '"' && json[end - 1] != '\\') quoted = !quoted;
  }
  return json.replace(at, end - at, value) + "}";
}

void ExpectSample(const Sample& sample) {
  EXPECT_EQ(-7, sample.small);
  EXPECT_EQ(UINT64_MAX, sample.large);
  EXPECT_EQ(2.5, sample.real);
  EXPECT_TRUE(sample.flag);
  EXPECT_EQ("a\"é\n", sample.name);
  EXPECT_EQ("longer than twelve bytes", sample.text.view());
  EXPECT_EQ(978310020000, sample.time.millis);
  EXPECT_EQ(Colour::kGreen, sample.colour);
}

TEST(JsonParserTest, WhenAllFieldsAreThereThenAllAreSet) {
  const auto parser = NewJsonParser(RecordFieldsOf<Sample>(), Format());
  Sample sample;
  Arena arena;
  ASSERT_EQ(
      "",
      Parse(*parser, std::string(kJson) + R"(,"maybe":3,"remark":"r"})", sample, arena).message());
  ExpectSample(sample);
  EXPECT_EQ(3, sample.maybe);
  EXPECT_EQ("r", sample.remark);
}

TEST(JsonParserTest, WhenASlotIsUsedAgainThenAbsentFieldsAreEmptied) {
  const auto parser = NewJsonParser(RecordFieldsOf<Sample>(), Format());
  Sample sample;
  Arena arena;
  sample.maybe = 5;
  sample.remark = "old";
  ASSERT_EQ("", Parse(*parser, std::string(kJson) + R"(,"maybe":null})", sample, arena).message());
  ExpectSample(sample);
  EXPECT_FALSE(sample.maybe.has_value());
  EXPECT_FALSE(sample.remark.has_value());
}

TEST(JsonParserTest, WhenMembersComeInAnotherOrderOrAreUnknownThenTheFieldsAreFound) {
  struct Pair {
    int a = 0;
    int b = 0;
  } pair;
  const auto parser = NewJsonParser(RecordFieldsOf<Pair>(), {});
  Arena arena;
  const std::string json = R"({"x":{"a":9},"b":2,"y":[1,{"b":7}],"a":1})" + std::string(64, ' ');
  ASSERT_TRUE(parser->Parse(std::string_view(json).substr(0, json.size() - 64), &pair, arena).ok());
  EXPECT_EQ(1, pair.a);
  EXPECT_EQ(2, pair.b);
}

TEST(JsonParserTest, WhenAFieldIsWrongThenTheMessageNamesItAndWhatWasFound) {
  EXPECT_EQ("", JsonError(JsonWith("small", "-128")));
  EXPECT_EQ(R"(field 'small': expected a number, found "abc")",
            JsonError(JsonWith("small", "\"abc\"")));
  EXPECT_EQ("field 'small': expected a whole number that fits into 8 bits, found 128",
            JsonError(JsonWith("small", "128")));
  EXPECT_EQ("field 'small': expected a whole number that fits into 8 bits, found 1.5",
            JsonError(JsonWith("small", "1.5")));
  EXPECT_EQ("field 'large': expected a whole number that fits into unsigned 64 bits, found -1",
            JsonError(JsonWith("large", "-1")));
  EXPECT_EQ("field 'real': expected a number, found null", JsonError(JsonWith("real", "null")));
  EXPECT_EQ("field 'flag': expected true or false, found 1", JsonError(JsonWith("flag", "1")));
  EXPECT_EQ("field 'name': expected a string, found 5", JsonError(JsonWith("name", "5")));
  EXPECT_EQ("field 'time': expected a time like '%Y/%m/%d %H:%M', found \"2001\"",
            JsonError(JsonWith("time", "\"2001\"")));
  EXPECT_EQ("field 'colour': expected a whole number that fits into unsigned 8 bits, found 256",
            JsonError(JsonWith("colour", "256")));
  EXPECT_EQ("field 'small': missing", JsonError("{}"));
}

TEST(JsonParserTest, WhenItIsNoObjectThenItIsMalformed) {
  for (const char* json : {"", "3", "[1]", "{\"small\":1", "{\"small\":1,}", "{}{}", "{} x",
                           "\"a\"", "{\"small\" 1}", "nonsense"}) {
    EXPECT_NE("", JsonError(json)) << json;
  }
}

std::string CsvError(const std::string& row) {
  auto parser = NewCsvParser(RecordFieldsOf<Sample>(), Format(), {}, kHeader);
  EXPECT_TRUE(parser.ok());
  Sample sample;
  Arena arena;
  return Parse(**parser, row, sample, arena).message();
}

TEST(CsvParserTest, WhenARowIsCompleteThenAllFieldsAreSet) {
  auto parser = NewCsvParser(RecordFieldsOf<Sample>(), Format(), {}, kHeader);
  Sample sample;
  Arena arena;
  ASSERT_EQ("", Parse(**parser,
                      "-7,18446744073709551615,2.5,true,\"a\"\"é\n\",longer than twelve bytes,"
                      "2001/01/01 00:47,1,,\"\"",
                      sample, arena)
                    .message());
  ExpectSample(sample);
  EXPECT_FALSE(sample.maybe.has_value());
  EXPECT_EQ("", sample.remark);
}

TEST(CsvParserTest, WhenARowIsWrongThenTheMessageSaysWhy) {
  EXPECT_EQ("expected 10 fields, found 2", CsvError("1,2"));
  EXPECT_EQ("field 'small': expected a number, found \"x\"", CsvError("x,2,3,true,a,b,c,1,,"));
  EXPECT_EQ("field 'small': expected a whole number that fits into 8 bits, found 300",
            CsvError("300,2,3,true,a,b,c,1,,"));
  EXPECT_EQ("a quoted field is not closed", CsvError("1,\"2"));
  EXPECT_EQ("something follows the closing quote of field 2", CsvError("1,\"2\"3"));
}

TEST(CsvParserTest, WhenColumnsAreNamedThenTheirOrderDoesNotMatter) {
  struct Pair {
    int a = 0;
    std::optional<int> b;
  } pair;
  auto parser = NewCsvParser(RecordFieldsOf<Pair>(), {}, {.delimiter = ';'}, "x;a");
  ASSERT_TRUE(parser.ok());
  Arena arena;
  pair.b = 4;
  ASSERT_TRUE((*parser)->Parse("7;\"8\"", &pair, arena).ok());
  EXPECT_EQ(8, pair.a);
  EXPECT_FALSE(pair.b.has_value());
  EXPECT_EQ("header line: there is no column 'a', found x;b",
            NewCsvParser(RecordFieldsOf<Pair>(), {}, {.delimiter = ';'}, "x;b").status().message());
  EXPECT_FALSE(NewCsvParser(RecordFieldsOf<Pair>(), {}, {}, "a,a").ok());
  EXPECT_TRUE(NewCsvParser(RecordFieldsOf<Pair>(), {}, {.by_name = false}, "").ok());
}

}  // namespace
}  // namespace penstock
