#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/penstock.h"
#include "connectors/basic/discard_sink.h"
#include "connectors/basic/sequence_source.h"

namespace penstock {
namespace {

using Problems = std::vector<std::string>;

/// Keeps what it is told.
struct RecordingBuilder final : JobBuilder {
  std::uint32_t AddOperator(OperatorSpec spec) override {
    operators.push_back(std::move(spec));
    return static_cast<std::uint32_t>(operators.size() - 1);
  }
  void Complain(std::string problem) override { problems.push_back(std::move(problem)); }
  void DeclareArgument(ArgumentSpec argument) override { arguments.push_back(std::move(argument)); }
  void SetOption(std::string, std::string) override {}

  std::vector<OperatorSpec> operators;
  Problems problems;
  std::vector<ArgumentSpec> arguments;
};

void DeclareNumbers(Environment& env) {
  env.from("numbers", sequence(10, [](std::uint64_t i) { return i; })).sink_to(discard());
}

TEST(ArgumentsTest, WhenGivenThenTheyAreConverted) {
  const Arguments args({{{"n", "-5"},
                         {"x", "2.5"},
                         {"s", "text"},
                         {"b", "true"},
                         {"d", "5 min"},
                         {"rel", "./data/in"},
                         {"abs", "/data/in"}},
                        "/home/me"});
  EXPECT_EQ(args.required<int>("n"), -5);
  EXPECT_EQ(args.get("x", 1.0), 2.5);
  EXPECT_EQ(args.get("s", "default"), "text");
  EXPECT_TRUE(args.get("b", false));
  EXPECT_EQ(args.required<Millis>("d"), 5min);
  EXPECT_EQ(args.path("rel"), "/home/me/data/in");
  EXPECT_EQ(args.required_path("abs", "what is read"), "/data/in");
  EXPECT_EQ(args.get("missing", 7), 7);
  EXPECT_EQ(args.path("other", "out"), "/home/me/out");
  EXPECT_EQ(args.Problems(), Problems{});
}

TEST(ArgumentsTest, WhenSomeAreWrongThenAllAreReportedAndTheSourcesAreNotAskedBesides) {
  RecordingBuilder built;
  internal::BuildJob(
      [](Environment& env, const Arguments& args) {
        args.path("input");
        args.get("top", 5);
        args.get("every", Millis(1min));
        DeclareNumbers(env);
      },
      {{{"top", "five"}, {"inptu", "x"}, {"every", "1 fortnight"}}, ""}, built);
  EXPECT_EQ(
      built.problems,
      (Problems{"argument --input is missing", "argument --top is 'five', which is no integer",
                "argument --every is '1 fortnight', which is no duration",
                "unknown argument --inptu; this job knows --input <path>, --top <integer> "
                "(default '5'), --every <duration> (default '1 min')"}));
  EXPECT_EQ(built.operators.at(0).validate, nullptr);
}

TEST(ArgumentsTest, WhenIntegerDoesNotFitThenItIsReported) {
  const Arguments args({{{"n", "300"}, {"m", "-1"}, {"k", "12x"}}, ""});
  args.required<std::uint8_t>("n");
  args.required<unsigned>("m");
  args.required<int>("k");
  EXPECT_EQ(args.Problems().size(), 3u);
}

TEST(ArgumentsTest, WhenWithinItsLimitsThenTaken) {
  const Arguments args(
      {{{"top", "100"}, {"rate", "0"}, {"every", "1 h"}, {"mode", "exact"}, {"big", "-3"}}, ""});
  EXPECT_EQ(args.get("top", 5, between(1, 100)), 100);
  EXPECT_EQ(args.get("rate", 2.5, at_least(0)), 0.0);
  EXPECT_EQ(args.get("every", Millis(10s), between(1s, 1h)), 1h);
  EXPECT_EQ(args.get("mode", "fast", one_of({"fast", "exact"})), "exact");
  EXPECT_EQ(args.required<std::int64_t>("big", at_most(-3)), -3);
  EXPECT_EQ(args.Problems(), Problems{});
}

TEST(ArgumentsTest, WhenBeyondItsLimitsThenTheProblemNamesArgumentValueAndLimits) {
  const Arguments args({{{"top", "101"},
                         {"rate", "nan"},
                         {"every", "500 ms"},
                         {"mode", "slow"},
                         {"big", "9223372036854775807"}},
                        ""});
  EXPECT_EQ(args.get("top", 5, between(1, 100)), 5);
  args.get("rate", 1.0, at_least(0.5));
  args.get("every", Millis(10s), between(1s, 1h));
  args.required<std::string>("mode", one_of({"fast", "exact", "both"}));
  args.get<std::int64_t>("big", 0, at_most(std::int64_t{9223372036854775806}));
  EXPECT_EQ(args.Problems(),
            (Problems{"argument --top is '101', but must be from 1 to 100",
                      "argument --rate is 'nan', but must be at least 0.5",
                      "argument --every is '500 ms', but must be from 1 s to 1 h",
                      "argument --mode is 'slow', but must be fast, exact or both",
                      "argument --big is '9223372036854775807', but must be at most "
                      "9223372036854775806"}));
}

TEST(ArgumentsTest, WhenADefaultIsNotAllowedThenTheJobIsWrong) {
  const Arguments args({});
  args.get("top", 500, between(1, 100));
  EXPECT_EQ(args.Problems(), (Problems{"the default of argument --top is '500', but must be from 1 "
                                       "to 100"}));
}

TEST(ArgumentsTest, WhenAskedThenTheirDescriptionsAreInOrderAndOnce) {
  const Arguments args({{{"input", "x"}}, "/home/me"});
  args.required_path("input", "what is read");
  args.get("top", 5, between(1, 100), "how many");
  args.get("top", 5);
  args.path("output", "out", "what is written");
  args.required<bool>("dry");
  EXPECT_EQ(args.Asked(),
            (std::vector<ArgumentSpec>{{"input", "path", std::nullopt, "", "what is read"},
                                       {"top", "integer", "5", "from 1 to 100", "how many"},
                                       {"output", "path", "out", "", "what is written"},
                                       {"dry", "true|false", std::nullopt, "", ""}}));
}

TEST(ArgumentsTest, WhenTheJobFunctionThrowsThenItsArgumentsAreKnownAndTheirProblemsToo) {
  RecordingBuilder built;
  const auto job = [](Environment&, const Arguments& args) {
    if (args.required<int>("shards") == 0) throw std::runtime_error("no shards");
  };
  EXPECT_THROW(internal::BuildJob(job, {}, built), std::runtime_error);
  ASSERT_EQ(built.arguments.size(), 1u);
  EXPECT_EQ(built.arguments[0].name, "shards");
  EXPECT_EQ(built.problems, (Problems{"argument --shards is missing"}));
}

}  // namespace
}  // namespace penstock
