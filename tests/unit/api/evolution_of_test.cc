#include "api/runtime/evolution_of.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/keyed_stream.h"
#include "api/runtime/reduce_operator.h"

namespace penstock {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Inner {
  std::int16_t average = 7;
  static constexpr RenamedField renamed_fields[] = {{.before = "mean", .now = "average"}};
};
struct Outer {
  bool flag = true;
  Inner inner{.average = 9};
  std::vector<Inner> list;
  std::optional<std::pair<Inner, bool>> maybe;
  std::vector<std::optional<Inner>> deep;
  std::vector<std::string> plain;
  static constexpr RenamedField renamed_fields[] = {{.before = "set", .now = "flag"},
                                                    {.before = "on", .now = "flag"}};
};

struct Amount {
  std::int64_t cents = 0;
};

}  // namespace

template <>
struct Codec<Amount> : CustomCodec<Amount> {
  static constexpr const char* kTypeName = "amount";
  static void Encode(const Amount&, std::string&) { FAIL() << "it has no fields to default"; }
  static bool Decode(ByteReader&, Amount&) { return true; }
};

namespace {

TEST(EvolutionOfTest, WhenATypeHasNoFieldsThenNothingIsNeeded) {
  EXPECT_EQ(EvolutionOf<std::int64_t>(), Evolution());
  EXPECT_EQ(EvolutionOf<std::vector<std::string>>(), Evolution());
  EXPECT_EQ(EvolutionOf<Timestamp>(), Evolution());
  EXPECT_EQ(EvolutionOf<Amount>(), Evolution());
}

TEST(EvolutionOfTest, WhenStructsAreNestedThenEachPlaceHasItsDefault) {
  const Evolution evolution = EvolutionOf<Outer>();
  const std::string seven("\x07\x00", 2);
  EXPECT_THAT(evolution.defaults,
              ElementsAre(DefaultValue{"", EncodeToString(Outer{})}, DefaultValue{"list[]", seven},
                          DefaultValue{"maybe?", seven + '\0'}, DefaultValue{"deep[]?", seven}));
}

TEST(EvolutionOfTest, WhenFieldsAreRenamedThenTheirWholeNamesAreListed) {
  EXPECT_THAT(EvolutionOf<Outer>().aliases,
              ElementsAre(FieldAlias{"flag", "set"}, FieldAlias{"flag", "on"},
                          FieldAlias{"inner.average", "mean"}, FieldAlias{"list[].average", "mean"},
                          FieldAlias{"maybe?.first.average", "mean"},
                          FieldAlias{"deep[]?.average", "mean"}));
}

TEST(EvolutionOfTest, WhenRenamesAreDeclaredThenTheFingerprintIsTheSame) {
  EXPECT_EQ(FingerprintOf<Inner>(), (Fingerprint{{"average", "i16"}}));
}

std::int32_t KeyOfInner(const Inner& inner) { return inner.average; }

struct Watch : KeyedProcess<std::int32_t, Inner, Inner> {
  ValueState<Outer> state{this, "state"};
  void process(const Inner&, Context&, Collector<Inner>&) {}
};
struct Summing {
  Inner inner;
  void add(const Inner&) {}
};

TEST(EvolutionOfTest, WhenOperatorsDescribeTheirStatesThenTheEvolutionIsThere) {
  const auto states = ProcessStates("uid", Watch());
  EXPECT_EQ(states.at(0).evolution, EvolutionOf<Outer>());
  EXPECT_EQ(states.at(1).evolution, Evolution());  // timers have no value
  using KeyFn = decltype(&KeyOfInner);
  EXPECT_EQ((ReduceStates<Inner, KeyFn>("uid").at(0).evolution), EvolutionOf<Inner>());
  // A list of panes, each a start and an accumulator.
  const Evolution panes = WindowAggregateStates<Inner, KeyFn, Summing>("uid").at(0).evolution;
  Evolution expected = EvolutionOf<Summing>();
  for (FieldAlias& alias : expected.aliases) alias.now = "[].accumulator." + alias.now;
  expected.defaults = {{"[]", EncodeToString(std::int64_t{0}) + EncodeToString(Summing())}};
  EXPECT_EQ(panes, expected);
}

}  // namespace
}  // namespace penstock
