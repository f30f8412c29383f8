#include "api/runtime/codec.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace penstock {

class Money {
 public:
  Money() = default;
  explicit Money(std::int64_t cents) : cents_(cents) {}
  std::int64_t cents() const { return cents_; }
  bool operator==(const Money&) const = default;

 private:
  std::int64_t cents_ = 0;
};

template <>
struct Codec<Money> : CustomCodec<Money> {
  static constexpr const char* kTypeName = "money";
  static void Encode(const Money& money, std::string& out) {
    Codec<std::int64_t>::Encode(money.cents(), out);
  }
  static bool Decode(ByteReader& in, Money& money) {
    money = Money(in.Fixed<std::int64_t>());
    return !in.failed();
  }
};

namespace {

enum class Color : std::uint8_t { kRed, kGreen };

struct Point {
  std::int32_t x = 0;
  std::int32_t y = 0;
  bool operator==(const Point&) const = default;
};
struct Empty {
  bool operator==(const Empty&) const = default;
};
struct Everything {
  Timestamp at;
  bool flag = false;
  std::uint8_t small = 0;
  double ratio = 0;
  Color color = Color::kRed;
  std::string name;
  Point point;
  std::optional<std::string> comment;
  std::vector<Point> points;
  std::vector<bool> flags;
  std::pair<std::int64_t, std::string> pair;
  std::tuple<std::int16_t, Point> tuple;
  std::array<Point, 2> corners;
  std::chrono::milliseconds length{0};
  Empty empty;
  Money money;
  std::vector<std::optional<Money>> amounts;
  bool operator==(const Everything&) const = default;
};
struct Place {
  std::int32_t id = 0;
  Text name;
  std::vector<Text> tags;
};

Everything Sample() {
  return {.at = {-5},
          .flag = true,
          .small = 200,
          .ratio = -0.5,
          .color = Color::kGreen,
          .name = "a name",
          .point = {1, -1},
          .comment = "long enough to need memory of its own",
          .points = {{1, 2}, {3, 4}},
          .flags = {true, false, true},
          .pair = {7, "seven"},
          .tuple = {3, {5, 6}},
          .corners = {Point{1, 2}, Point{3, 4}},
          .length = std::chrono::milliseconds(12),
          .empty = {},
          .money = Money(99),
          .amounts = {Money(1), std::nullopt}};
}

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned char byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

template <typename T>
bool DecodesFrom(std::string_view bytes, T& value) {
  ByteReader in(bytes);
  return Codec<T>::Decode(in, value) && in.remaining() == 0;
}

TEST(CodecTest, WhenEncodedThenDecodesToTheSameValue) {
  const Everything value = Sample();
  Everything decoded;
  ASSERT_TRUE(DecodesFrom(EncodeToString(value), decoded));
  EXPECT_EQ(decoded, value);
}

TEST(CodecTest, WhenTargetHoldsAnotherValueThenEveryPartIsReplaced) {
  Everything target = Sample();
  ASSERT_TRUE(DecodesFrom(EncodeToString(Everything{}), target));
  EXPECT_EQ(target, Everything{});
}

TEST(CodecTest, WhenInputIsCutAnywhereThenDecodingFails) {
  const std::string bytes = EncodeToString(Sample());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    Everything decoded;
    EXPECT_FALSE(DecodesFrom(std::string_view(bytes).substr(0, length), decoded)) << length;
  }
}

TEST(CodecTest, WhenArrayHoldsStringsThenItDecodesToTheSameValue) {
  const std::array<std::string, 2> value = {"", "second"};
  std::array<std::string, 2> decoded = {"other", ""};
  ASSERT_TRUE(DecodesFrom(EncodeToString(value), decoded));
  EXPECT_EQ(decoded, value);
}

TEST(CodecTest, WhenListCountIsDamagedThenDecodingFailsWithoutAllocatingIt) {
  std::vector<std::string> decoded;
  EXPECT_FALSE(DecodesFrom(std::string("\xff\xff\xff\xff", 4), decoded));
  EXPECT_LT(decoded.capacity(), 16u);
}

TEST(CodecTest, WhenEncodedThenBytesAreTheDocumentedOnes) {
  EXPECT_EQ(Hex(EncodeToString(std::int32_t{-2})), "feffffff");
  EXPECT_EQ(Hex(EncodeToString(true)), "01");
  EXPECT_EQ(Hex(EncodeToString(1.0)), "000000000000f03f");
  EXPECT_EQ(Hex(EncodeToString(Color::kGreen)), "01");
  EXPECT_EQ(Hex(EncodeToString(Timestamp{256})), "0001000000000000");
  EXPECT_EQ(Hex(EncodeToString(std::string("ab"))), "020000006162");
  EXPECT_EQ(Hex(EncodeToString(Text("ab"))), "020000006162");
  EXPECT_EQ(Hex(EncodeToString(Point{1, 2})), "0100000002000000");
  EXPECT_EQ(Hex(EncodeToString(std::optional<std::uint8_t>(7))), "0107");
  EXPECT_EQ(Hex(EncodeToString(std::optional<std::uint8_t>())), "00");
  EXPECT_EQ(Hex(EncodeToString(std::vector<std::uint8_t>{7, 8})), "020000000708");
  EXPECT_EQ(Hex(EncodeToString(std::array<std::uint8_t, 2>{7, 8})), "0708");
}

TEST(CodecTest, WhenDescribedThenFieldsHaveTheNamesOfTheDeclaration) {
  const Fingerprint expected = {
      {"at", "timestamp"},       {"flag", "bool"},          {"small", "u8"},
      {"ratio", "f64"},          {"color", "enum u8"},      {"name", "string"},
      {"point.x", "i32"},        {"point.y", "i32"},        {"comment", "optional"},
      {"comment?", "string"},    {"points", "list"},        {"points[].x", "i32"},
      {"points[].y", "i32"},     {"flags", "list"},         {"flags[]", "bool"},
      {"pair.first", "i64"},     {"pair.second", "string"}, {"tuple.0", "i16"},
      {"tuple.1.x", "i32"},      {"tuple.1.y", "i32"},      {"corners", "array of 2"},
      {"corners[].x", "i32"},    {"corners[].y", "i32"},    {"length", "duration i64 of 1/1000 s"},
      {"empty", "empty"},        {"money", "money"},        {"amounts", "list"},
      {"amounts[]", "optional"}, {"amounts[]?", "money"}};
  const Fingerprint actual = FingerprintOf<Everything>();
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(actual[i].name, expected[i].name);
    EXPECT_EQ(actual[i].type, expected[i].type) << actual[i].name;
  }
}

TEST(CodecTest, WhenTypeIsASingleValueThenItsFieldIsCalledValue) {
  EXPECT_EQ(FingerprintOf<std::string>(), (Fingerprint{{"value", "string"}}));
  EXPECT_EQ(FingerprintOf<Text>(), FingerprintOf<std::string>());
}

TEST(CodecTest, WhenTypeIsLocalThenItsFieldNamesAreFound) {
  struct Local {
    int first_field;
    int second;
  };
  EXPECT_EQ(FingerprintOf<Local>(), (Fingerprint{{"first_field", "i32"}, {"second", "i32"}}));
}

TEST(CodecTest, WhenTypeHasConstantSizeThenItIsFixed) {
  static_assert(Codec<Point>::kFixedSize && Codec<Point>::kSize == 8);
  static_assert(Codec<std::array<Point, 3>>::kSize == 24);
  static_assert(!Codec<Everything>::kFixedSize && !Codec<std::optional<int>>::kFixedSize);
}

TEST(CodecTest, WhenFloatsAreAnywhereInATypeThenItIsNoKey) {
  static_assert(kIsKey<Point> && kIsKey<std::string> && kIsKey<Text> && kIsKey<Money>);
  static_assert(!kIsKey<double> && !kIsKey<std::vector<float>> && !kIsKey<Everything>);
  static_assert(!kIsKey<std::chrono::duration<double>>);
}

TEST(CodecTest, WhenTextIsDecodedIntoAnArenaThenItOutlivesTheInput) {
  Arena arena;
  Place place;
  {
    const std::string bytes = EncodeToString(
        Place{1, "more than twelve characters", {"short", "again more than twelve"}});
    ByteReader in(bytes);
    ASSERT_TRUE(Codec<Place>::DecodeInto(in, place, arena));
  }
  EXPECT_EQ(place.name, "more than twelve characters");
  ASSERT_EQ(place.tags.size(), 2u);
  EXPECT_EQ(place.tags[1], "again more than twelve");
  EXPECT_GT(arena.used(), 0u);
}

TEST(CodecTest, WhenTextIsInTheArenaAlreadyThenAdoptingCopiesNothing) {
  Arena arena;
  Text text(arena.Copy("more than twelve characters"));
  const std::size_t used = arena.used();
  Codec<Text>::AdoptText(text, arena);
  EXPECT_EQ(arena.used(), used);
}

TEST(CodecTest, WhenValueOwnsHeapMemoryThenHeapBytesCountsIt) {
  EXPECT_EQ(Codec<Point>::HeapBytes({}), 0u);
  EXPECT_EQ(Codec<std::string>::HeapBytes("short"), 0u);
  EXPECT_GE(Codec<std::string>::HeapBytes(std::string(100, 'x')), 100u);
  EXPECT_GE(Codec<std::vector<std::string>>::HeapBytes({std::string(100, 'x')}),
            100 + sizeof(std::string));
}

}  // namespace
}  // namespace penstock
