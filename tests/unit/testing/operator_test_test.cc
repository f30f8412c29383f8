// The part of the test kit that tests stream expressions.

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "api/async.h"
#include "api/testing/matchers.h"
#include "api/testing/testing.h"

namespace penstock {
namespace {

using ::testing::ElementsAre;
using testing::EmittedAt;
using testing::FailsWith;
using ::testing::IsEmpty;
using testing::OperatorTest;
using ::testing::SizeIs;
using testing::TwoInputTest;

struct Click {
  std::string user;
  std::int64_t price = 0;
};

struct Total {
  std::string user;
  std::int64_t clicks = 0;
  bool operator==(const Total&) const = default;
};

const OutputTag<std::string> kExpensive{"expensive"};

/// Counts clicks per user; tells of those that cost more than 100 on a side output, and of the end
/// of a user's first ten milliseconds.
struct CountClicks : KeyedProcess<std::string, Click, Total> {
  ValueState<std::int64_t> clicks{this, "clicks"};

  void process(const Click& click, Context& context, Collector<Total>& out) {
    if (!clicks.has_value()) context.timers().set(context.timestamp() + Millis(10));
    out.collect({context.key(), ++clicks.edit()});
    if (click.price > 100) context.output(kExpensive, context.key());
  }
  void on_timer(Timestamp, Context& context, Collector<Total>& out) {
    out.collect({context.key(), -clicks.value_or(0)});
  }
};

/// The same with a defect: what it counts is in no state.
struct ForgetfulCount : KeyedProcess<std::string, Click, Total> {
  std::map<std::string, std::int64_t> clicks;

  void process(const Click&, Context& context, Collector<Total>& out) {
    out.collect({context.key(), ++clicks[context.key()]});
  }
};

Stream<Total> Count(const Stream<Click>& clicks) {
  return clicks.key_by(&Click::user).process("count", CountClicks{});
}

TEST(OperatorTest, WhenRecordsAreProcessedThenOutputAndTimersAreSeen) {
  OperatorTest<Click, Total> test(Count);
  test.process({"ann", 5}, {1});
  test.process_all({{{"bob", 200}, {2}}, {{"ann", 1}, {3}}});
  EXPECT_THAT(test.emitted(), ElementsAre(EmittedAt(Total{"ann", 1}, Timestamp{1}),
                                          EmittedAt(Total{"bob", 1}, Timestamp{2}),
                                          EmittedAt(Total{"ann", 2}, Timestamp{3})));
  EXPECT_THAT(test.side_output(kExpensive), ElementsAre("bob"));
  EXPECT_THAT(test.side_output(OutputTag<int>("other")), IsEmpty());
  static_cast<void>(test.take_output());
  test.watermark({11});
  EXPECT_THAT(test.take_output(), ElementsAre(Total{"ann", -2}));
  test.end();
  EXPECT_THAT(test.take_output(), ElementsAre(Total{"bob", -1}));
  EXPECT_EQ(Timestamp::Max(), test.output_watermark());
}

TEST(OperatorTest, WhenASideOutputIsReadAsAnotherTypeThenThatIsSaid) {
  OperatorTest<Click, Total> test(Count);
  test.process({"bob", 200});
  EXPECT_THAT([&] { test.side_output(OutputTag<int>("expensive")); },
              FailsWith("records of another type"));
}

TEST(OperatorTest, WhenTorturedThenAnOperatorWithStateStandsIt) {
  OperatorTest<Click, Total> test(Count);
  test.torture();
  for (int i = 0; i < 3; ++i) test.process({"ann", 200}, {i});
  test.watermark({10});
  EXPECT_THAT(test.output(),
              ElementsAre(Total{"ann", 1}, Total{"ann", 2}, Total{"ann", 3}, Total{"ann", -3}));
  EXPECT_THAT(test.side_output(kExpensive), SizeIs(3));
}

TEST(OperatorTest, WhenTorturedThenAnOperatorThatForgetsIsFound) {
  const auto count = [](const Stream<Click>& clicks) {
    return clicks.key_by(&Click::user).process("count", ForgetfulCount{});
  };
  OperatorTest<Click, Total> calm(count);
  OperatorTest<Click, Total> tortured(count);
  tortured.torture();
  for (int i = 0; i < 2; ++i) {
    calm.process({"ann"});
    tortured.process({"ann"});
  }
  EXPECT_THAT(calm.output(), ElementsAre(Total{"ann", 1}, Total{"ann", 2}));
  EXPECT_THAT(tortured.output(), ElementsAre(Total{"ann", 1}, Total{"ann", 1}));
}

TEST(OperatorTest, WhenTheNextCallFailsThenItIsDoneAgain) {
  OperatorTest<Click, Total> test(Count);
  test.process({"ann", 1}, {1});
  test.fail_next();
  test.process({"ann", 200}, {2});
  test.process({"ann", 3}, {3});
  EXPECT_THAT(test.output(), ElementsAre(Total{"ann", 1}, Total{"ann", 2}, Total{"ann", 3}));
  EXPECT_THAT(test.side_output(kExpensive), ElementsAre("ann"));
}

TEST(OperatorTest, WhenRestoredThenItGoesOnFromTheSnapshotAtAnyParallelism) {
  OperatorTest<Click, Total> test(Count);
  for (const char* user : {"a", "b", "c", "d"}) test.process({user}, {1});
  const testing::Checkpoint snapshot = test.snapshot();
  test.process({"a"}, {2});
  for (const std::uint32_t parallelism : {1, 3, 2}) {
    test.restore(snapshot, parallelism);
    static_cast<void>(test.take_output());
    for (const char* user : {"a", "b", "c", "d"}) test.process({user}, {2});
    EXPECT_THAT(test.take_output(),
                ElementsAre(Total{"a", 2}, Total{"b", 2}, Total{"c", 2}, Total{"d", 2}));
    test.watermark({11});
    EXPECT_THAT(test.take_output(), SizeIs(4));
  }
}

struct EchoLater : KeyedProcess<std::string, Click, std::string> {
  void process(const Click&, Context& context, Collector<std::string>&) {
    context.timers().set_processing_time(context.processing_time() + Millis(10));
  }
  void on_processing_timer(Timestamp, Context& context, Collector<std::string>& out) {
    out.collect(context.key());
    context.timers().set_processing_time(context.processing_time() + Millis(10));
  }
};

TEST(OperatorTest, WhenProcessingTimeAdvancesThenTimersFireInTheirTime) {
  OperatorTest<Click, std::string> test([](const Stream<Click>& clicks) {
    return clicks.key_by(&Click::user).process("later", EchoLater{});
  });
  test.process({"ann"});
  test.advance_processing_time(Millis(9));
  EXPECT_THAT(test.output(), IsEmpty());
  test.advance_processing_time(Millis(31));
  EXPECT_THAT(test.output(), SizeIs(4));
}

TEST(OperatorTest, WhenAnOperatorThrowsThenTheFailureNamesIt) {
  OperatorTest<int, int> test([](const Stream<int>& in) {
    return in
        .map([](const int& i) {
          if (i == 7) throw std::runtime_error("seven");
          return i;
        })
        .name("fragile");
  });
  test.process(6);
  EXPECT_THAT([&] { test.process(7); }, FailsWith("operator 'fragile': threw an exception: seven"));
  EXPECT_THAT([&] { test.process(8); }, FailsWith("the job has failed"));
  EXPECT_THAT(test.output(), ElementsAre(6));
}

TEST(OperatorTest, WhenTheExpressionHasProblemsThenAllAreListed) {
  OperatorTest<Click, Total> test([](const Stream<Click>& clicks) {
    return clicks.key_by(&Click::user).process(CountClicks{}).set_parallelism(0);
  });
  EXPECT_THAT([&] { test.process({}); }, FailsWith(".process(\"my-name\", ...)"));
  EXPECT_THAT([&] { test.process({}); }, FailsWith("set_parallelism(0)"));
}

struct Sums : CoProcess<int, std::string, std::string> {
  void process1(const int& number, Context&, Collector<std::string>& out) {
    out.collect("number " + std::to_string(number));
  }
  void process2(const std::string& text, Context&, Collector<std::string>& out) {
    out.collect("text " + text);
  }
};

TEST(TwoInputTest, WhenBothInputsAreFedThenTheWatermarkIsTheSmallerOne) {
  TwoInputTest<int, std::string, std::string> test(
      [](const Stream<int>& numbers, const Stream<std::string>& texts) {
        return numbers.connect(texts).process("sums", Sums{});
      });
  test.torture();
  test.process1(4);
  test.process2("four");
  EXPECT_THAT(test.output(), ElementsAre("number 4", "text four"));
  test.watermark1({10});
  EXPECT_EQ(Timestamp::Min(), test.output_watermark());
  test.watermark2({7});
  EXPECT_EQ(Timestamp{7}, test.output_watermark());
  test.idle2();
  EXPECT_EQ(Timestamp{10}, test.output_watermark());
  EXPECT_FALSE(test.output_idle());
  test.idle1();
  EXPECT_TRUE(test.output_idle());
  test.end();
  EXPECT_EQ(Timestamp::Max(), test.output_watermark());
}

TEST(OperatorTest, WhenAnswersComeFromAnotherThreadThenTheyAreWaitedFor) {
  OperatorTest<int, int> test([](const Stream<int>& in) {
    return async_ordered(in, "double", blocking<int>(2, [](const int& i) { return 2 * i; }));
  });
  test.torture();
  for (const int i : {1, 2, 3}) test.process(i);
  EXPECT_THAT(test.output(), ElementsAre(2, 4, 6));
}

/// Never answers.
struct Silent : AsyncFunction<int, int> {
  void async_invoke(const int&, AsyncResult<int>) {}
};

Stream<int> Ask(const Stream<int>& in) {
  return async_ordered(in, "ask", Silent{}, async_options().timeout(Millis(50)));
}

TEST(OperatorTest, WhenAnAnswerNeverComesThenTheFailureNamesTheOperator) {
  OperatorTest<int, int> test(Ask);
  test.job().time_limit(Millis(20));
  EXPECT_THAT([&] { test.process(1); }, FailsWith("calls are open at operator 'ask' (1)"));
}

TEST(OperatorTest, WhenAnswersAreLeftOpenThenTimeOutsCanBeTested) {
  OperatorTest<int, int> test(Ask);
  test.job().leave_answers_open();
  test.process(1);
  test.advance_processing_time(Millis(49));
  EXPECT_THAT([&] { test.advance_processing_time(Millis(1)); },
              FailsWith("has not been answered in 50 ms"));
}

TEST(OperatorTest, WhenTheInputEndsWithAnOpenCallThenTheFailureNamesTheOperator) {
  OperatorTest<int, int> test(Ask);
  test.job().leave_answers_open().time_limit(Millis(20));
  test.process(1);
  EXPECT_THAT([&] { test.end(); }, FailsWith("operator 'ask': has waited 20 ms"));
}

}  // namespace
}  // namespace penstock
