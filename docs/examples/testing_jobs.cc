// The examples of docs/testing-jobs.md, whose code blocks are the regions of this file.

#include "api/async.h"
#include "api/testing/matchers.h"
#include "api/testing/testing.h"

using namespace penstock;
using namespace penstock::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// [job]
struct Click {
  std::string user;
  std::int64_t price = 0;
};

struct Spent {
  std::string user;
  std::int64_t sum = 0;
  bool operator==(const Spent&) const = default;
};

const OutputTag<Click> kRefunds{"refunds"};

struct SumUp : KeyedProcess<std::string, Click, Spent> {
  ValueState<std::int64_t> sum{this, "sum"};

  void process(const Click& click, Context& context, Collector<Spent>& out) {
    if (click.price < 0) return context.output(kRefunds, click);
    sum.edit() += click.price;
    out.collect({context.key(), *sum.get()});
  }
};

Stream<Spent> SumPerUser(const Stream<Click>& clicks) {
  return clicks.key_by(&Click::user).process("sum-up", SumUp{});
}

void ShopJob(Environment& env, const Arguments&) {
  SumPerUser(env.from("clicks", NoSource<Click>{})).sink_to("spent", NoSink<Spent>{});
}
// [job]

// [operator]
TEST(SumUp, WhenAUserClicksThenTheSumGrows) {
  OperatorTest<Click, Spent> test(SumPerUser);
  test.process({"ann", 5}, Timestamp{1});
  test.process({"ann", 2}, Timestamp{2});
  test.process({"ann", -2}, Timestamp{3});
  EXPECT_THAT(test.emitted(), ElementsAre(EmittedAt(Spent{"ann", 5}, Timestamp{1}),
                                          EmittedAt(Spent{"ann", 7}, Timestamp{2})));
  EXPECT_THAT(test.side_output(kRefunds), SizeIs(1));
}
// [operator]

// [time]
struct Remind : KeyedProcess<std::string, Click, std::string> {
  void process(const Click&, Context& context, Collector<std::string>&) {
    context.timers().set(context.timestamp() + Millis(10));
    context.timers().set_processing_time(context.processing_time() + 1min);
  }
  void on_timer(Timestamp, Context& context, Collector<std::string>& out) {
    out.collect(context.key() + " in event time");
  }
  void on_processing_timer(Timestamp, Context& context, Collector<std::string>& out) {
    out.collect(context.key() + " by the clock");
  }
};

TEST(Remind, WhenTimePassesThenTimersFire) {
  OperatorTest<Click, std::string> test([](const Stream<Click>& clicks) {
    return clicks.key_by(&Click::user).process("remind", Remind{});
  });
  test.process({"ann"}, Timestamp{5});
  test.watermark(Timestamp{14});
  EXPECT_THAT(test.output(), IsEmpty());
  test.watermark(Timestamp{15});
  EXPECT_THAT(test.take_output(), ElementsAre("ann in event time"));
  test.advance_processing_time(1min);
  EXPECT_THAT(test.take_output(), ElementsAre("ann by the clock"));
}
// [time]

// [state]
TEST(SumUp, WhenRestoredThenItGoesOn) {
  OperatorTest<Click, Spent> test(SumPerUser);
  test.process({"ann", 5});
  const Checkpoint snapshot = test.snapshot();
  test.process({"ann", 100});
  test.restore(snapshot, /*parallelism=*/3);
  test.process({"ann", 1});
  EXPECT_EQ((Spent{"ann", 6}), test.output().back());
}

TEST(SumUp, WhenTorturedThenNothingIsForgotten) {
  OperatorTest<Click, Spent> test(SumPerUser);
  test.torture();  // after every call: state out of memory, snapshot, new instances
  test.process({"ann", 5});
  test.fail_next();  // the next call is undone by a crash, and done again
  test.process({"ann", 2});
  EXPECT_THAT(test.output(), ElementsAre(Spent{"ann", 5}, Spent{"ann", 7}));
}
// [state]

// [two-inputs]
TEST(Union, WhenOneInputIsBehindThenItHoldsBackTheWatermark) {
  TwoInputTest<Click, Click, Spent> test([](const Stream<Click>& web, const Stream<Click>& app) {
    return SumPerUser(web.union_with(app));
  });
  test.process1({"ann", 5});
  test.process2({"ann", 2});
  EXPECT_EQ((Spent{"ann", 7}), test.output().back());
  test.watermark1(Timestamp{20});
  test.watermark2(Timestamp{10});
  EXPECT_EQ(Timestamp{10}, test.output_watermark());
}
// [two-inputs]

// [async]
TEST(Doubling, WhenAnswersComeFromOtherThreadsThenEachCallWaitsForThem) {
  OperatorTest<int, int> test([](const Stream<int>& in) {
    return async_ordered(in, "double", blocking<int>(2, [](const int& i) { return 2 * i; }));
  });
  test.process(21);
  EXPECT_THAT(test.output(), ElementsAre(42));
}
// [async]

// [whole-job]
TEST(ShopJob, WhenItCrashesThenEverySumIsRight) {
  JobTest job(ShopJob);
  job.parallelism(2);
  auto& clicks = job.input<Click>("clicks");  // in place of the source
  auto& spent = job.output<Spent>("spent");   // in place of the sink
  for (int i = 0; i < 10; ++i) clicks.send({"ann", 1}, Timestamp{i});
  job.run_until_idle();
  const Checkpoint checkpoint = job.checkpoint();
  for (int i = 10; i < 20; ++i) clicks.send({"ann", 1}, Timestamp{i});
  job.fail_at("sum-up", 3);
  job.run_until_idle();  // crashes on the way and goes on from the checkpoint
  job.restore(checkpoint, /*parallelism=*/3);
  clicks.end();
  job.run();
  EXPECT_THAT(spent.records(), SizeIs(20));
  EXPECT_EQ((Spent{"ann", 20}), spent.records().back());
}
// [whole-job]

// [seeds]
TEST(ShopJob, WhenChannelsAreReadInAnyOrderThenTheSumsAreTheSame) {
  same_for_seeds(50, [](std::uint64_t seed) {
    JobTest job(ShopJob);
    job.parallelism(3).seed(seed).torture();
    auto& clicks = job.input<Click>("clicks");
    auto& spent = job.output<Spent>("spent");
    for (int i = 0; i < 12; ++i) clicks.send({i % 2 == 0 ? "ann" : "bob", i});
    clicks.end();
    job.run();
    std::map<std::string, std::int64_t> sums;
    for (const Spent& s : spent.records()) sums[s.user] = std::max(sums[s.user], s.sum);
    return sums;
  });
}
// [seeds]

// [errors]
TEST(ShopJob, WhenAUidIsMissingThenTheTestSaysSo) {
  JobTest job([](Environment& env, const Arguments&) {
    env.from("clicks", NoSource<Click>{})
        .key_by(&Click::user)
        .process(SumUp{})
        .sink_to("spent", NoSink<Spent>{});
  });
  EXPECT_THAT([&] { job.run(); }, FailsWith(".process(\"my-name\", ...)"));
}
// [errors]
