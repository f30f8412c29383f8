#include "checkpoint/value_json.h"

#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/runtime/codec.h"
#include "api/runtime/key_traits.h"
#include "api/runtime/ordered_key.h"
#include "tests/unit/checkpoint/stored_money.h"

namespace penstock {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

struct Point {
  std::int32_t x = 0;
  std::int32_t y = 0;
};
enum class Color : std::uint8_t { kRed = 1, kBlue = 200 };
struct Nothing {};
struct Everything {
  bool flag = false;
  std::int8_t tiny = 0;
  std::uint64_t large = 0;
  std::int64_t low = 0;
  float ratio = 0;
  double exact = 0;
  Color color = Color::kRed;
  Timestamp at;
  std::chrono::milliseconds length{};
  std::chrono::duration<std::int32_t, std::ratio<7>> weeks{};
  std::string name;
  std::optional<std::string> comment;
  std::optional<Point> place;
  std::vector<Point> points;
  std::array<std::int16_t, 2> pair{};
  std::pair<std::int64_t, std::string> first;
  std::tuple<std::int16_t, Point> tuple;
  Nothing nothing;
};

template <typename T>
ValueLayout LayoutOf() {
  Result<ValueLayout> layout = ValueLayout::Parse(FingerprintOf<T>());
  EXPECT_TRUE(layout.ok()) << layout.status().message();
  return *std::move(layout);
}

template <typename T>
std::string Json(const T& value) {
  const Result<std::string> json = ValueToJson(LayoutOf<T>(), EncodeToString(value));
  return json.ok() ? *json : "error: " + json.status().message();
}

/// What the key reads back as; its error otherwise.
template <typename T>
std::string ThereAndBack(const std::string& json) {
  const ValueLayout layout = LayoutOf<T>();
  const Result<std::string> bytes = KeyFromJson(layout, json);
  if (!bytes.ok()) return bytes.status().message();
  return ValueToJson(layout, *bytes).value();
}

Everything Example() {
  Everything value;
  value.flag = true;
  value.tiny = -128;
  value.large = std::numeric_limits<std::uint64_t>::max();
  value.low = std::numeric_limits<std::int64_t>::min();
  value.ratio = 0.1F;
  value.exact = 1.0 / 3;
  value.color = Color::kBlue;
  value.at = Timestamp{1'709'208'000'250};
  value.length = 250ms;
  value.weeks = decltype(value.weeks)(3);
  value.name = "a \"b\"\n\x01 ü";
  value.place = Point{1, -2};
  value.points = {{3, 4}, {5, 6}};
  value.pair = {7, -8};
  value.first = {9, "x"};
  value.tuple = {10, {11, 12}};
  return value;
}

constexpr const char* kExampleJson =
    R"({"flag":true,"tiny":-128,"large":18446744073709551615,"low":-9223372036854775808,)"
    R"("ratio":0.1,"exact":0.3333333333333333,"color":200,"at":"2024-02-29T12:00:00.250Z",)"
    R"("length":"250 ms","weeks":3,"name":"a \"b\"\n\u0001 ü","comment":null,)"
    R"("place":{"x":1,"y":-2},"points":[{"x":3,"y":4},{"x":5,"y":6}],"pair":[7,-8],)"
    R"("first":{"first":9,"second":"x"},"tuple":{"0":10,"1":{"x":11,"y":12}},"nothing":{}})";

TEST(ValueJsonTest, WhenAValueHasEveryTypeThenItsJsonHas) {
  EXPECT_EQ(Json(Example()), kExampleJson);
}

TEST(ValueJsonTest, WhenJsonIsReadBackThenTheBytesAreTheSame) {
  const Result<std::string> bytes = KeyFromJson(LayoutOf<Everything>(), kExampleJson);
  ASSERT_TRUE(bytes.ok()) << bytes.status().message();
  EXPECT_EQ(*bytes, EncodeToString(Example()));
}

TEST(ValueJsonTest, WhenATypeIsOneValueThenItsJsonIsBare) {
  EXPECT_EQ(Json(std::string("word")), R"("word")");
  EXPECT_EQ(Json(std::optional<Point>(Point{1, 2})), R"({"x":1,"y":2})");
  EXPECT_EQ(Json(std::optional<Point>()), "null");
  EXPECT_EQ(Json(std::vector<std::optional<bool>>{true, std::nullopt}), "[true,null]");
  EXPECT_EQ(Json(std::pair<std::int64_t, bool>(1, false)), R"({"first":1,"second":false})");
  EXPECT_EQ(ValueToJson(*ValueLayout::Parse({}), "").value(), "{}");
}

TEST(ValueJsonTest, WhenAFloatIsNoNumberThenItIsAString) {
  EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()), R"("NaN")");
  EXPECT_EQ(Json(-std::numeric_limits<float>::infinity()), R"("-Infinity")");
}

TEST(ValueJsonTest, WhenTextIsNotUtf8ThenItsBytesAreShown) {
  for (const char* bytes : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "a\xc3"}) {
    const std::string json = Json(std::string(bytes));
    EXPECT_THAT(json, HasSubstr("hex")) << bytes;
    EXPECT_EQ(ThereAndBack<std::string>(json), json);
  }
  EXPECT_EQ(Json(std::string("\xf0\x9f\x98\x80")), "\"\xf0\x9f\x98\x80\"");
}

TEST(ValueJsonTest, WhenATimeIsOutsideTheCalendarThenItIsANumber) {
  EXPECT_EQ(Json(Timestamp{0}), R"("1970-01-01T00:00:00.000Z")");
  EXPECT_EQ(Json(Timestamp{-1}), R"("1969-12-31T23:59:59.999Z")");
  EXPECT_EQ(Json(Timestamp{-62'167'219'200'000}), R"("0000-01-01T00:00:00.000Z")");
  EXPECT_EQ(Json(Timestamp::Max()), "9223372036854775807");
  EXPECT_EQ(ThereAndBack<Timestamp>("250"), R"("1970-01-01T00:00:00.250Z")");
  EXPECT_EQ(ThereAndBack<Timestamp>(R"("2024-02-29T12:00:00Z")"), R"("2024-02-29T12:00:00.000Z")");
  for (const char* wrong :
       {"2023-02-29T12:00:00Z", "2024-02-28T24:00:00Z", "2024-02-28 12:00:00Z",
        "2024-02-28T12:00:00.1234Z", "2024-02-28T12:00:00", "2024-2-28T1:0:0Z"}) {
    EXPECT_THAT(ThereAndBack<Timestamp>('"' + std::string(wrong) + '"'),
                HasSubstr("must be a time"));
  }
}

TEST(ValueJsonTest, WhenANamespaceIsATimeThenItsSortedBytesAreRead) {
  for (const std::int64_t millis : {0LL, -1LL, 1'709'208'000'250LL}) {
    std::string bytes;
    AppendOrdered64(bytes, millis);
    EXPECT_EQ(NamespaceToJson(LayoutOf<Timestamp>(), bytes).value(), Json(Timestamp{millis}));
  }
  EXPECT_FALSE(NamespaceToJson(LayoutOf<Timestamp>(), "").ok());
}

template <typename T>
std::string NamespaceOf(const T& value) {
  std::string bytes;
  OrderedKey<T>::Append(value, bytes);
  return NamespaceToJson(LayoutOf<T>(), bytes).value();
}

TEST(ValueJsonTest, WhenANamespaceIsAKeyOfAMapThenItIsShownAsTheValue) {
  EXPECT_EQ(NamespaceOf<std::int64_t>(-5), "-5");
  EXPECT_EQ(NamespaceOf<std::uint32_t>(258), "258");
  EXPECT_EQ(NamespaceOf<bool>(true), "true");
  EXPECT_EQ(NamespaceOf<std::string>("a \"b\""), R"("a \"b\"")");
  EXPECT_EQ(NamespaceOf(std::chrono::milliseconds(250)), R"("250 ms")");
}

struct Price {
  std::string name;
  Money money;
  std::int32_t count = 0;
  Point place;
};
struct Wallet {
  std::int32_t count = 0;
  std::vector<Money> coins;
  std::string owner;
};

TEST(ValueJsonTest, WhenACodecIsTheAuthorsThenItsBytesAreShown) {
  EXPECT_EQ(Json(Money{0x0102}), R"({"type":"money","hex":"0201000000000000"})");
  EXPECT_EQ(Json(Price{"a", Money{1}, 5, {6, 7}}),
            R"({"name":"a","money":{"type":"money","hex":"0100000000000000"},"count":5,)"
            R"("place":{"x":6,"y":7}})");
  // Where the first coin ends only Money's codec knows.
  EXPECT_EQ(Json(Wallet{5, {Money{1}, Money{2}}, "me"}),
            R"({"count":5,"coins":[{"type":"money","hex":)"
            R"("01000000000000000200000000000000020000006d65","rest":true}]})");
  const std::string json = Json(Money{7});
  EXPECT_EQ(ThereAndBack<Money>(json), json);
}

TEST(ValueJsonTest, WhenAKeyDoesNotFitThenTheFieldIsNamed) {
  EXPECT_EQ(ThereAndBack<Point>(R"({"x":1})"), "field 'y' must be given");
  EXPECT_EQ(ThereAndBack<Point>(R"({"x":1,"y":2,"z":3})"),
            "field 'value' must be an object of 2 fields");
  EXPECT_EQ(ThereAndBack<Point>(R"({"x":1,"y":2147483648})"),
            "field 'y' must be a whole number of 32 bits");
  EXPECT_EQ(ThereAndBack<Point>(R"({"x":1,"y":-2147483648})"), R"({"x":1,"y":-2147483648})");
  EXPECT_EQ(ThereAndBack<std::uint8_t>("-1"),
            "field 'value' must be a whole number of 8 bits, not negative");
  EXPECT_EQ(ThereAndBack<std::uint8_t>("256"),
            "field 'value' must be a whole number of 8 bits, not negative");
  EXPECT_EQ(ThereAndBack<std::uint64_t>("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(ThereAndBack<bool>("1"), "field 'value' must be true or false");
  EXPECT_EQ(ThereAndBack<std::vector<bool>>("{}"), "field 'value' must be a list");
  EXPECT_EQ((ThereAndBack<std::array<bool, 2>>("[true]")), "field 'value' must be a list of 2");
  EXPECT_EQ(ThereAndBack<std::chrono::milliseconds>("\"5 ms\""), "\"5 ms\"");
  EXPECT_EQ(ThereAndBack<std::chrono::milliseconds>("\"5 s\""),
            "field 'value' must be a duration such as \"250 ms\"");
  const Status bare = KeyFromJson(LayoutOf<std::string>(), "word").status();
  EXPECT_EQ(bare.message(), "the key 'word' is not JSON");
  EXPECT_THAT(bare.hint(), HasSubstr(R"('"word"')"));
}

TEST(ValueJsonTest, WhenBytesAreCutOrExtendedAnywhereThenItIsCorruption) {
  const ValueLayout layout = LayoutOf<Everything>();
  const std::string bytes = EncodeToString(Example());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(ValueToJson(layout, bytes.substr(0, length)).status().code(), ErrorCode::kCorruption)
        << length;
  }
  EXPECT_FALSE(ValueToJson(layout, bytes + '\0').ok());
}

TEST(ValueJsonTest, WhenBytesAreRandomThenNothingCrashes) {
  std::mt19937 random(17);
  const ValueLayout layouts[] = {LayoutOf<Everything>(), LayoutOf<std::vector<Nothing>>(),
                                 LayoutOf<std::vector<std::vector<Everything>>>(),
                                 LayoutOf<std::vector<std::string>>(), LayoutOf<Wallet>()};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = EncodeToString(Example());
    bytes.resize(random() % bytes.size());
    for (int change = 0; change < 8 && !bytes.empty(); ++change) {
      bytes[random() % bytes.size()] = static_cast<char>(random() % (round % 2 == 0 ? 4 : 256));
    }
    for (const ValueLayout& layout : layouts) {
      const Result<std::string> json = ValueToJson(layout, bytes);
      if (!json.ok()) {
        EXPECT_EQ(json.status().code(), ErrorCode::kCorruption);
      }
    }
  }
}

TEST(ValueLayoutTest, WhenAFingerprintIsNoneThenItIsRefused) {
  const Fingerprint wrong[] = {
      {{"a", "list"}},
      {{"value", "optional"}},
      {{"a", "list"}, {"b[]", "i32"}},
      {{"a", "i32"}, {"", "i32"}},
      {{"value", "i32"}, {"?", "i32"}},
      {{"a", "array of 4294967296"}, {"a[]", "i32"}},
      {{"a", "array of 4294967295"}, {"a[]", "empty"}},
  };
  for (const Fingerprint& fingerprint : wrong) {
    EXPECT_FALSE(ValueLayout::Parse(fingerprint).ok()) << ToString(fingerprint);
  }
  std::string name = "a";
  Fingerprint deep;
  for (int i = 0; i < 1000; ++i, name += "?") deep.push_back({name, "optional"});
  deep.push_back({name, "i32"});
  EXPECT_FALSE(ValueLayout::Parse(deep).ok());
}

TEST(ValueLayoutTest, WhenParsedThenSizesAreKnown) {
  EXPECT_EQ(LayoutOf<Point>().root().size, 8u);
  EXPECT_EQ((LayoutOf<std::array<Point, 3>>().root().size), 24u);
  EXPECT_EQ(LayoutOf<Everything>().root().size, std::nullopt);
  struct Single {
    std::vector<Point> value;
    std::int32_t more = 0;
  };
  EXPECT_EQ(LayoutOf<Single>().root().children.size(), 2u);
}

}  // namespace
}  // namespace penstock
