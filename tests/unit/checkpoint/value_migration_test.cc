#include "checkpoint/value_migration.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/runtime/codec.h"
#include "api/runtime/evolution_of.h"
#include "api/runtime/list_chunk.h"
#include "api/runtime/timed_value.h"
#include "tests/unit/checkpoint/stored_money.h"

namespace penstock {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <typename Before, typename Now>
Result<ValueMigration> Migrate() {
  return ValueMigration::Make({"alerts", "count"}, FingerprintOf<Before>(), FingerprintOf<Now>(),
                              EvolutionOf<Now>());
}

/// What `value`, stored by an older version, is now.
template <typename Now, typename Before>
Now Convert(const Before& value, std::vector<std::string>* changes = nullptr) {
  const Result<ValueMigration> migration = Migrate<Before, Now>();
  EXPECT_TRUE(migration.ok()) << migration.status().message();
  std::string bytes;
  EXPECT_TRUE(migration->Convert(EncodeToString(value), bytes).ok());
  if (changes != nullptr) *changes = migration->changes();
  Now now{};
  ByteReader in(bytes);
  EXPECT_TRUE(Codec<Now>::Decode(in, now));
  EXPECT_EQ(in.remaining(), 0u);
  return now;
}

/// Why it cannot be: what follows "… has changed: ".
template <typename Before, typename Now>
std::string Refusal() {
  const Result<ValueMigration> migration = Migrate<Before, Now>();
  if (migration.ok()) return "allowed";
  EXPECT_EQ(migration.status().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(migration.status().hint(), "");
  const std::string begin = "the value type of state 'count' of operator 'alerts' has changed: ";
  EXPECT_TRUE(migration.status().message().starts_with(begin)) << migration.status().message();
  return migration.status().message().substr(begin.size());
}

struct Count {
  std::int64_t total = 5;
};
struct TextCount {
  std::string total;
};

TEST(ValueMigrationTest, WhenATypeChangesOtherwiseThenTheWholeTextSaysSo) {
  EXPECT_EQ((Migrate<Count, TextCount>().status().message()),
            "the value type of state 'count' of operator 'alerts' has changed: field 'total' was "
            "i64 and is string");
}

TEST(ValueMigrationTest, WhenNothingHasChangedThenItIsTrivial) {
  const Result<ValueMigration> migration = Migrate<Count, Count>();
  ASSERT_TRUE(migration.ok());
  EXPECT_TRUE(migration->trivial());
  EXPECT_THAT(migration->changes(), IsEmpty());
  EXPECT_EQ(Convert<Count>(Count{7}).total, 7);
}

struct Wider {
  std::string label = "none";
  std::int64_t total = 5;
  std::vector<int> limits = {1, 2};
  double rate = 0.5;
};

TEST(ValueMigrationTest, WhenFieldsAreAddedThenTheyHaveTheirDefaults) {
  std::vector<std::string> changes;
  const Wider now = Convert<Wider>(Count{7}, &changes);
  EXPECT_EQ(now.total, 7);
  EXPECT_EQ(now.label, "none");
  EXPECT_EQ(now.limits, (std::vector<int>{1, 2}));
  EXPECT_EQ(now.rate, 0.5);
  EXPECT_THAT(changes,
              ElementsAre("field 'label' is new", "field 'limits' is new", "field 'rate' is new"));
}

TEST(ValueMigrationTest, WhenFieldsAreRemovedThenTheOthersStay) {
  std::vector<std::string> changes;
  EXPECT_EQ(Convert<Count>(Wider{"a", 7, {}, 2}, &changes).total, 7);
  EXPECT_THAT(changes, ElementsAre("field 'label' is dropped", "field 'limits' is dropped",
                                   "field 'rate' is dropped"));
}

struct Forward {
  std::string name;
  std::int32_t number = 0;
  bool flag = false;
};
struct Backward {
  bool flag = false;
  std::int32_t number = 0;
  std::string name;
};

TEST(ValueMigrationTest, WhenFieldsAreReorderedThenTheirNamesFindThem) {
  std::vector<std::string> changes;
  const Backward now = Convert<Backward>(Forward{"x", -3, true}, &changes);
  EXPECT_EQ(now.name, "x");
  EXPECT_EQ(now.number, -3);
  EXPECT_TRUE(now.flag);
  EXPECT_THAT(changes, ElementsAre("the fields are in another order"));
}

template <typename T>
struct Holder {
  T number{};
};

template <typename From, typename To>
void ExpectWidened(From value) {
  EXPECT_EQ((Convert<Holder<To>>(Holder<From>{value}).number), static_cast<To>(value));
}
template <typename From, typename To>
void ExpectRefused() {
  EXPECT_EQ((Refusal<Holder<From>, Holder<To>>()), "field 'number' was " +
                                                       internal::NumberName<From>() + " and is " +
                                                       internal::NumberName<To>());
}

TEST(ValueMigrationTest, WhenIntegersAreWidenedThenTheirValuesStay) {
  ExpectWidened<std::int8_t, std::int16_t>(-128);
  ExpectWidened<std::int8_t, std::int64_t>(-1);
  ExpectWidened<std::int16_t, std::int32_t>(-30'000);
  ExpectWidened<std::int32_t, std::int64_t>(INT32_MIN);
  ExpectWidened<std::int32_t, std::int64_t>(INT32_MAX);
  ExpectWidened<std::uint8_t, std::uint16_t>(255);
  ExpectWidened<std::uint16_t, std::uint64_t>(65'535);
  ExpectWidened<std::uint32_t, std::uint64_t>(UINT32_MAX);
  ExpectWidened<std::uint8_t, std::int16_t>(255);
  ExpectWidened<std::uint16_t, std::int32_t>(65'535);
  ExpectWidened<std::uint32_t, std::int64_t>(UINT32_MAX);
  std::vector<std::string> changes;
  Convert<Holder<std::int64_t>>(Holder<std::int32_t>{}, &changes);
  EXPECT_THAT(changes, ElementsAre("field 'number' is widened from i32 to i64"));
}

TEST(ValueMigrationTest, WhenAFloatBecomesADoubleThenItsValueStays) {
  ExpectWidened<float, double>(0.1F);
  ExpectWidened<float, double>(-std::numeric_limits<float>::infinity());
}

TEST(ValueMigrationTest, WhenNumbersMightNotFitThenRefused) {
  ExpectRefused<std::int64_t, std::int32_t>();
  ExpectRefused<std::int32_t, std::uint32_t>();
  ExpectRefused<std::int32_t, std::uint64_t>();
  ExpectRefused<std::uint32_t, std::int32_t>();
  ExpectRefused<std::uint64_t, std::int64_t>();
  ExpectRefused<double, float>();
  ExpectRefused<std::int32_t, double>();
  ExpectRefused<float, std::int64_t>();
  ExpectRefused<bool, std::int32_t>();
}

enum class Small : std::uint8_t {};
enum class Large : std::uint32_t {};

TEST(ValueMigrationTest, WhenKindsChangeThenRefused) {
  using Optional = std::optional<std::int32_t>;
  using List = std::vector<std::int32_t>;
  EXPECT_EQ((Refusal<Holder<std::int32_t>, Holder<Optional>>()),
            "field 'number' was i32 and is optional");
  EXPECT_EQ((Refusal<Holder<Optional>, Holder<List>>()), "field 'number' was optional and is list");
  EXPECT_EQ((Refusal<Holder<std::array<bool, 2>>, Holder<std::array<bool, 3>>>()),
            "field 'number' was array of 2 and is array of 3");
  EXPECT_EQ((Refusal<Holder<Small>, Holder<Large>>()),
            "field 'number' was enum u8 and is enum u32");
  EXPECT_EQ((Refusal<Holder<Small>, Holder<std::uint8_t>>()),
            "field 'number' was enum u8 and is u8");
  EXPECT_EQ((Refusal<Holder<Timestamp>, Holder<std::int64_t>>()),
            "field 'number' was timestamp and is i64");
  EXPECT_EQ((Refusal<Holder<std::chrono::seconds>, Holder<std::chrono::milliseconds>>()),
            "field 'number' was duration i64 of 1/1 s and is duration i64 of 1/1000 s");
  EXPECT_EQ((Refusal<Holder<Count>, Holder<std::int64_t>>()),
            "field 'number' was struct and is i64");
  EXPECT_EQ((Refusal<Holder<Money>, Holder<std::int64_t>>()),
            "field 'number' was money and is i64");
  EXPECT_EQ((Refusal<std::int64_t, std::string>()), "field 'value' was i64 and is string");
  EXPECT_EQ((Refusal<std::int64_t, Count>()), "field 'value' was i64 and is struct");
}

struct Mean {
  double mean = 0;
  std::int64_t count = 0;
};
struct Average {
  double average = -1;
  std::int64_t count = 0;
  static constexpr RenamedField renamed_fields[] = {{.before = "avg", .now = "average"},
                                                    {.before = "mean", .now = "average"}};
};
struct Both {
  double mean = 0;
  double average = 9;
  static constexpr RenamedField renamed_fields[] = {{.before = "mean", .now = "average"}};
};

TEST(ValueMigrationTest, WhenAFieldIsRenamedThenItsFormerNameFindsIt) {
  std::vector<std::string> changes;
  const Average now = Convert<Average>(Mean{2.5, 4}, &changes);
  EXPECT_EQ(now.average, 2.5);
  EXPECT_EQ(now.count, 4);
  EXPECT_THAT(changes, ElementsAre("field 'average' was called 'mean'"));
}

TEST(ValueMigrationTest, WhenTheFormerNameIsInUseThenTheRenamedFieldIsNew) {
  const Both now = Convert<Both>(Mean{2.5, 4});
  EXPECT_EQ(now.mean, 2.5);
  EXPECT_EQ(now.average, 9);
}

TEST(ValueMigrationTest, WhenNoFieldIsLeftThenRefused) {
  EXPECT_EQ((Refusal<Count, Forward>()), "of its fields no field is left");
}

struct Part1 {
  std::int32_t id = 0;
  double mean = 0;
};
struct Part2 {
  double average = 0;
  std::string label = "unnamed";
  std::int64_t id = 0;
  static constexpr RenamedField renamed_fields[] = {{.before = "mean", .now = "average"}};
};
struct Cell1 {
  std::int32_t id = 0;
};
struct Cell2 {
  bool flag = true;
  std::int64_t id = 0;
};
struct Whole1 {
  Part1 direct;
  std::optional<Part1> maybe;
  std::vector<Part1> list;
  std::array<Cell1, 2> array{};
  std::pair<Part1, bool> pair;
  std::vector<std::optional<std::tuple<Part1>>> deep;
};
struct Whole2 {
  Part2 direct;
  std::optional<Part2> maybe;
  std::vector<Part2> list;
  std::array<Cell2, 2> array{};
  std::pair<Part2, bool> pair;
  std::vector<std::optional<std::tuple<Part2>>> deep;
};

void ExpectPart(const Part2& part, std::int64_t id, const std::string& label = "unnamed") {
  EXPECT_EQ(part.id, id);
  EXPECT_EQ(part.average, static_cast<double>(id) / 2);
  EXPECT_EQ(part.label, label);
}

TEST(ValueMigrationTest, WhenNestedStructsChangeThenTheyAreConvertedWhereverTheyAre) {
  const auto part = [](std::int32_t id) { return Part1{id, id / 2.0}; };
  Whole1 before;
  before.direct = part(1);
  before.maybe = part(2);
  before.list = {part(3), part(4)};
  before.array = {Cell1{5}, Cell1{6}};
  before.pair = {part(7), true};
  before.deep = {std::nullopt, std::tuple(part(8))};
  const auto now = Convert<Whole2>(before);
  ExpectPart(now.direct, 1);
  ExpectPart(now.maybe.value(), 2);
  ASSERT_EQ(now.list.size(), 2u);
  ExpectPart(now.list[1], 4);
  EXPECT_EQ(now.array[1].id, 6);
  EXPECT_TRUE(now.array[1].flag);
  ExpectPart(now.pair.first, 7);
  EXPECT_TRUE(now.pair.second);
  EXPECT_FALSE(now.deep[0].has_value());
  ExpectPart(std::get<0>(now.deep[1].value()), 8);
}

struct Outer1 {
  Part1 part;
};
struct Outer2 {
  Part2 part{.average = 0, .label = "of outer", .id = 0};
};

TEST(ValueMigrationTest, WhenTheOuterTypeSetsADefaultThenANestedFieldHasIt) {
  ExpectPart(Convert<Outer2>(Outer1{{3, 1.5}}).part, 3, "of outer");
}

TEST(ValueMigrationTest, WhenSeveralFieldsAreWrongThenAllAreNamed) {
  struct Other {
    std::string id;
    bool mean = false;
  };
  struct Others {
    Other direct;
    std::optional<Other> maybe;
    std::vector<bool> list;
  };
  EXPECT_EQ((Refusal<Whole1, Others>()),
            "field 'direct.id' was i32 and is string; field 'direct.mean' was f64 and is bool; "
            "field 'maybe?.id' was i32 and is string; field 'maybe?.mean' was f64 and is bool; "
            "field 'list[]' was struct and is bool");
}

struct Grown {
  std::int64_t value = 0;
  std::int64_t more = 3;
};

TEST(ValueMigrationTest, WhenAStructOfOneValueGrowsOrShrinksThenTheValueStays) {
  const Grown now = Convert<Grown>(std::int64_t{7});
  EXPECT_EQ(now.value, 7);
  EXPECT_EQ(now.more, 3);
  EXPECT_EQ(Convert<std::int64_t>(Grown{7, 8}), 7);
  struct Listed {
    bool more = true;
    std::vector<Part2> value;
  };
  ExpectPart(Convert<Listed>(std::vector<Part1>{{3, 1.5}}).value.at(0), 3);
}

struct Priced1 {
  Money money;
  std::int32_t count = 0;
};
struct Priced2 {
  Money money{99};
  std::int64_t count = 0;
  bool flag = true;
};
struct Named1 {
  Money money;
  std::string name;
};
struct Named2 {
  Money money;
  std::string name;
  bool flag = false;
};

TEST(ValueMigrationTest, WhenAnAuthorsCodecIsInTheTypeThenItWorksWhereItsEndIsKnown) {
  const Priced2 now = Convert<Priced2>(Priced1{{5}, 6});
  EXPECT_EQ(now.money.cents, 5);
  EXPECT_EQ(now.count, 6);
  EXPECT_TRUE(now.flag);
  EXPECT_EQ((Refusal<Named1, Named2>()),
            "what is stored behind 'money' can't be told from its value, which has a codec of its "
            "own");
}

TEST(ValueMigrationTest, WhenDefaultsAreMissingThenNewFieldsAreRefused) {
  const auto migration =
      ValueMigration::Make({"alerts", "count"}, FingerprintOf<Count>(), FingerprintOf<Wider>(), {});
  EXPECT_THAT(
      migration.status().message(),
      ::testing::HasSubstr("field 'label' is new and has no default value; field 'limits'"));
}

TEST(ValueMigrationTest, WhenBytesAreDamagedThenCorruptionAndNoCrash) {
  const auto migration = Migrate<Whole1, Whole2>();
  ASSERT_TRUE(migration.ok());
  Whole1 before;
  before.maybe = Part1{};
  before.list.resize(3);
  const std::string good = EncodeToString(before);
  std::string out;
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_EQ(migration->Convert(good.substr(0, length), out).code(), ErrorCode::kCorruption);
  }
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good;
    for (int change = 0; change < 4; ++change) {
      bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    }
    const Status status = migration->Convert(bytes, out);
    EXPECT_TRUE(status.ok() || status.code() == ErrorCode::kCorruption);
  }
}

TEST(ValueMigrationTest, WhenKeysDifferThenBothAreShown) {
  EXPECT_TRUE(
      CheckUnchanged({"o", "s"}, "key", FingerprintOf<Count>(), FingerprintOf<Count>()).ok());
  EXPECT_EQ(
      CheckUnchanged({"alerts", "count"}, "key", FingerprintOf<std::int32_t>(),
                     FingerprintOf<std::int64_t>())
          .message(),
      "the key type of state 'count' of operator 'alerts' has changed: it was (value i32) and "
      "is (value i64)");
}

/// `bytes` of a state that was kept like Before, as one that is kept like Now has them.
template <typename Before, typename Now>
std::string Rekept(const std::string& bytes) {
  const auto migration =
      ValueMigration::Make({"alerts", "count"}, Before::Describe(), Now::Describe(), Now::Evolve());
  EXPECT_TRUE(migration.ok()) << migration.status().message();
  std::string out;
  EXPECT_TRUE(migration->Convert(bytes, out).ok());
  return out;
}

TEST(ValueMigrationTest, WhenATimeToLiveIsSwitchedOnOrOffThenValuesStayAndTheirAgeIsUnknown) {
  using Number = internal::Lasting<std::int64_t>;
  using TimedNumber = internal::Expiring<std::int64_t>;
  std::string timed;
  TimedValue<std::int64_t>::Encode({internal::kUnstamped, 7}, timed);
  EXPECT_EQ((Rekept<Number, TimedNumber>(EncodeToString(std::int64_t{7}))), timed);
  EXPECT_EQ((Rekept<TimedNumber, Number>(timed)), EncodeToString(std::int64_t{7}));

  using Struct = internal::Lasting<Count>;
  using TimedStruct = internal::Expiring<Count>;
  timed.clear();
  TimedValue<Count>::Encode({internal::kUnstamped, {9}}, timed);
  EXPECT_EQ((Rekept<Struct, TimedStruct>(EncodeToString(Count{9}))), timed);
  EXPECT_EQ((Rekept<TimedStruct, Struct>(timed)), EncodeToString(Count{9}));
}

TEST(ValueMigrationTest, WhenATimeToLiveOfAListIsSwitchedOnOrOffThenItsElementsStay) {
  using Chunk = ListChunkValue<ListChunk<std::string>>;
  using TimedChunk = ListChunkValue<TimedListChunk<std::string>>;
  ListChunk<std::string> chunk;
  chunk.elements = {"a", "b"};
  std::string plain;
  Chunk::Encode(chunk, plain);

  const std::string timed = Rekept<Chunk, TimedChunk>(plain);
  TimedListChunk<std::string> begun;
  ASSERT_TRUE(TimedChunk::Decode(timed, begun));
  EXPECT_THAT(begun.elements, ElementsAre("a", "b"));
  EXPECT_THAT(begun.times, ElementsAre(internal::kUnstamped, internal::kUnstamped));
  EXPECT_EQ((Rekept<TimedChunk, Chunk>(timed)), plain);
}

}  // namespace
}  // namespace penstock
