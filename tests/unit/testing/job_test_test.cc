// The part of the test kit that runs whole jobs.

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/testing/matchers.h"
#include "api/testing/testing.h"

namespace penstock {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::IsEmpty;
using testing::JobInput;
using testing::JobOutput;
using testing::JobTest;
using testing::NoSink;
using testing::NoSource;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

struct Sale {
  std::string shop;
  std::int64_t amount = 0;
  bool operator==(const Sale&) const = default;
};

struct Add {
  Sale operator()(const Sale& a, const Sale& b) const { return {a.shop, a.amount + b.amount}; }
};

void Totals(Environment& env, const Arguments&) {
  env.from("sales", NoSource<Sale>{})
      .filter([](const Sale& sale) { return sale.amount != 0; })
      .key_by(&Sale::shop)
      .reduce("totals", Add{})
      .sink_to("out", NoSink<Sale>{});
}

/// The greatest total of each shop: the last one.
std::map<std::string, std::int64_t> Last(const std::vector<Sale>& totals) {
  std::map<std::string, std::int64_t> last;
  for (const Sale& sale : totals) last[sale.shop] = std::max(last[sale.shop], sale.amount);
  return last;
}

const std::string kShops[] = {"ann", "bob", "cid", "dan", "eve", "fay"};

void SendSales(JobInput<Sale>& input, int from, int to) {
  for (int i = from; i < to; ++i) input.send({kShops[i % 6], 1 + i / 6}, {i});
}

TEST(JobTest, WhenRunToTheEndThenAllIsThereAtAnyParallelism) {
  for (const std::uint32_t parallelism : {1, 2, 5}) {
    JobTest job(Totals);
    job.parallelism(parallelism);
    auto& sales = job.input<Sale>("sales");
    auto& out = job.output<Sale>("out");
    SendSales(sales, 0, 60);
    sales.end();
    job.run();
    EXPECT_TRUE(job.finished());
    EXPECT_THAT(out.records(), SizeIs(60));
    for (const auto& [shop, total] : Last(out.records())) EXPECT_EQ(55, total) << shop;
    EXPECT_EQ(Timestamp::Max(), out.watermark());
  }
}

TEST(JobTest, WhenAnInputDoesntEndThenRunNamesIt) {
  JobTest job(Totals);
  job.input<Sale>("sales").send({"ann", 1});
  job.output<Sale>("out");
  EXPECT_THAT([&] { job.run(); }, FailsWith("the input doesn't end: sales"));
}

TEST(JobTest, WhenSteppedThenEachSeedHasAnOrderOfItsOwnThatRepeats) {
  const auto run = [](std::uint64_t seed) {
    JobTest job(Totals);
    job.parallelism(3).seed(seed);
    auto& sales = job.input<Sale>("sales");
    auto& out = job.output<Sale>("out");
    SendSales(sales, 0, 60);
    std::vector<std::size_t> sizes;
    while (job.step()) sizes.push_back(out.emitted().size());
    EXPECT_EQ(60U, sizes.back());
    return sizes;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(JobTest, WhenCrashedAtAnyRecordThenTheResultIsExactlyOnce) {
  for (std::uint64_t nth = 1; nth <= 30; ++nth) {
    SCOPED_TRACE(nth);
    JobTest job(Totals);
    job.parallelism(2).seed(nth);
    auto& sales = job.input<Sale>("sales");
    auto& out = job.output<Sale>("out");
    SendSales(sales, 0, 15);
    job.fail_at("totals", nth);
    for (int i = 0; i < 12; ++i) job.step();
    job.checkpoint();
    SendSales(sales, 15, 30);
    sales.end();
    job.run();
    EXPECT_THAT(out.records(), SizeIs(30));
    for (const auto& [shop, total] : Last(out.records())) EXPECT_EQ(15, total) << shop;
  }
}

TEST(JobTest, WhenRestoredAtAnotherParallelismThenItGoesOn) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    JobTest job(Totals);
    job.parallelism(2).seed(seed);
    auto& sales = job.input<Sale>("sales");
    auto& out = job.output<Sale>("out");
    SendSales(sales, 0, 30);
    for (int i = 0; i < 15; ++i) job.step();
    const testing::Checkpoint checkpoint = job.checkpoint();
    job.run_until_idle();
    job.restore(checkpoint, 3);
    sales.watermark({100});
    sales.end();
    job.run();
    EXPECT_THAT(out.records(), SizeIs(30));
    for (const auto& [shop, total] : Last(out.records())) EXPECT_EQ(15, total) << shop;
  }
}

TEST(JobTest, WhenRestoredFromAForgottenCheckpointThenThatIsSaid) {
  JobTest job(Totals);
  job.input<Sale>("sales").send({"ann", 1});
  job.output<Sale>("out");
  const testing::Checkpoint first = job.checkpoint();
  const testing::Checkpoint second = job.checkpoint();
  job.restore(first);
  EXPECT_THAT([&] { job.restore(second); }, FailsWith("is younger than one"));
}

TEST(JobTest, WhenTorturedThenTheResultIsTheSame) {
  JobTest job(Totals);
  job.parallelism(2).torture();
  auto& sales = job.input<Sale>("sales");
  auto& out = job.output<Sale>("out");
  SendSales(sales, 0, 30);
  sales.end();
  job.run();
  EXPECT_THAT(out.records(), SizeIs(30));
  for (const auto& [shop, total] : Last(out.records())) EXPECT_EQ(15, total) << shop;
}

/// Forgets how many records it has seen.
struct Numbering : Process<Sale, Sale> {
  std::int64_t seen = 0;
  void process(const Sale& sale, Context&, Collector<Sale>& out) {
    out.collect({sale.shop, ++seen});
  }
};

void Numbers(Environment& env, const Arguments&) {
  env.from("sales", NoSource<Sale>{}).process("number", Numbering{}).sink_to("out", NoSink<Sale>{});
}

TEST(JobTest, WhenAJobForgetsStateThenTortureShowsIt) {
  const auto run = [](bool torture) {
    JobTest job(Numbers);
    if (torture) job.torture();
    auto& sales = job.input<Sale>("sales");
    auto& out = job.output<Sale>("out");
    SendSales(sales, 0, 30);
    sales.end();
    job.run();
    return out.records();
  };
  EXPECT_EQ(30, run(false).back().amount);
  EXPECT_LT(run(true).back().amount, 30);
}

TEST(SameForSeeds, WhenAJobDependsOnTheOrderOfChannelsThenItIsFound) {
  const auto run = [](void (*function)(Environment&, const Arguments&), std::uint64_t seed) {
    JobTest job(function);
    job.parallelism(2).seed(seed);
    auto& sales = job.input<Sale>("sales");
    auto& out = job.output<Sale>("out");
    SendSales(sales, 0, 30);
    sales.end();
    job.run();
    std::vector<std::pair<std::string, std::int64_t>> records;
    for (const Sale& sale : out.records()) records.emplace_back(sale.shop, sale.amount);
    std::ranges::sort(records);
    return records;
  };
  // With one source subtask the order of a shop's sales is fixed; with two only the final sum is.
  const auto first_come = [](Environment& env, const Arguments&) {
    env.from("sales", NoSource<Sale>{})
        .rebalance()
        .map([](const Sale& sale) { return sale; })
        .key_by([](const Sale&) { return 0; })
        .reduce("first",
                [](const Sale& a, const Sale& b) {
                  return Sale{a.shop, b.amount};
                })
        .sink_to("out", NoSink<Sale>{});
  };
  EXPECT_THAT([&] { testing::same_for_seeds(20, [&](auto s) { return run(first_come, s); }); },
              FailsWith("have different results"));
  const auto sums = testing::same_for_seeds(20, [&](auto seed) {
    JobTest job(Totals);
    job.parallelism(3).seed(seed);
    auto& sales = job.input<Sale>("sales");
    auto& out = job.output<Sale>("out");
    SendSales(sales, 0, 30);
    sales.end();
    job.run();
    return Last(out.records());
  });
  EXPECT_THAT(sums, SizeIs(6));
}

TEST(JobTest, WhenTheJobFunctionIsNotPureThenThatIsSaid) {
  int calls = 0;
  JobTest job([&calls](Environment& env, const Arguments&) {
    env.from("in", NoSource<Sale>{})
        .map([](const Sale& sale) { return sale; })
        .name("map " + std::to_string(++calls))
        .sink_to("out", NoSink<Sale>{});
  });
  EXPECT_THAT([&] { job.run_until_idle(); },
              FailsWith("declares another job when it runs again: "));
}

TEST(JobTest, WhenTheJobHasProblemsThenAllAreListed) {
  JobTest job([](Environment& env, const Arguments& args) {
    env.from(NoSource<Sale>{}).key_by(&Sale::shop).reduce(Add{}).sink_to("out", NoSink<Sale>{});
    static_cast<void>(args.required<int>("top"));
  });
  EXPECT_THAT([&] { job.step(); },
              AllOf(FailsWith("env.from(\"my-name\", ...)"), FailsWith(".reduce(\"my-name\", ...)"),
                    FailsWith("--top")));
}

TEST(JobTest, WhenAPlaceholderIsLeftThenTheJobDoesNotStart) {
  JobTest job(Totals);
  job.input<Sale>("sales");
  EXPECT_THAT([&] { job.step(); }, FailsWith("operator 'out': is a placeholder for test output"));
}

TEST(JobTest, WhenWhatIsAskedForIsNotThereThenThatIsSaid) {
  const auto run = [](auto&& ask) {
    JobTest job(Totals);
    ask(job);
    job.step();
  };
  EXPECT_THAT([&] { run([](JobTest& job) { job.input<Sale>("salse"); }); },
              FailsWith("no operator 'salse'\nhint: it has 'sales', 'filter', 'totals', 'out'"));
  EXPECT_THAT([&] { run([](JobTest& job) { job.input<int>("sales"); }); },
              FailsWith("source 'sales' has another type of records"));
  EXPECT_THAT([&] { run([](JobTest& job) { job.output<int>("out"); }); },
              FailsWith("output 'out' has another type of records"));
  EXPECT_THAT([&] { run([](JobTest& job) { job.input<Sale>("out"); }); },
              FailsWith("input 'out' is no source"));
  JobTest job(Totals);
  job.input<Sale>("sales");
  job.output<Sale>("out");
  job.step();
  EXPECT_THAT([&] { job.output<Sale>("filter"); }, FailsWith("after the job has started"));
  EXPECT_THAT([&] { job.parallelism(2); }, FailsWith("after the job has started"));
}

TEST(JobTest, WhenAnOperatorInTheMiddleIsTappedThenItsOutputIsSeen) {
  JobTest job(Totals);
  auto& sales = job.input<Sale>("sales");
  auto& filtered = job.output<Sale>("filter");
  auto& out = job.output<Sale>("out");
  sales.send({"ann", 0});
  sales.send({"ann", 3});
  sales.send({"ann", 4});
  job.run_until_idle();
  EXPECT_THAT(filtered.records(), ElementsAre(Sale{"ann", 3}, Sale{"ann", 4}));
  EXPECT_THAT(out.take(), ElementsAre(Sale{"ann", 3}, Sale{"ann", 7}));
  EXPECT_THAT(out.take(), IsEmpty());
}

void Windows(Environment& env, const Arguments&) {
  struct Sum {
    std::int64_t sum = 0;
    void add(const Sale& sale) { sum += sale.amount; }
  };
  auto a = env.from("a", NoSource<Sale>{});
  auto b = env.from("b", NoSource<Sale>{});
  a.union_with(b)
      .key_by(&Sale::shop)
      .window("sums", tumbling(Millis(10)))
      .aggregate(Sum{},
                 [](const std::string& shop, Window, const Sum& sum) {
                   return Sale{shop, sum.sum};
                 })
      .sink_to("out", NoSink<Sale>{});
}

TEST(JobTest, WhenWatermarksDifferThenTheSlowestCountsUnlessItIsIdle) {
  JobTest job(Windows);
  job.parallelism(2);
  auto& a = job.input<Sale>("a");
  auto& b = job.input<Sale>("b");
  auto& out = job.output<Sale>("out");
  a.send({"ann", 1}, {5});
  b.send({"ann", 2}, {6});
  a.watermark({30});
  b.watermark({8});
  job.run_until_idle();
  EXPECT_EQ(Timestamp{8}, out.watermark());
  EXPECT_THAT(out.records(), IsEmpty());
  b.idle();
  job.run_until_idle();
  EXPECT_EQ(Timestamp{30}, out.watermark());
  EXPECT_THAT(out.records(), ElementsAre(Sale{"ann", 3}));
  // Late, also after a crash: watermarks are state.
  job.checkpoint();
  job.crash();
  b.active();
  b.send({"ann", 4}, {7});
  job.run_until_idle();
  EXPECT_EQ(1U, job.counter("sums", "numLateRecordsDropped"));
}

TEST(JobTest, WhenTheJobIsUpgradedThenItsStateMustStillMatch) {
  JobTest job(Totals);
  auto& sales = job.input<Sale>("sales");
  auto& out = job.output<Sale>("out");
  sales.send({"ann", 1});
  job.run_until_idle();
  const testing::Checkpoint checkpoint = job.checkpoint();
  job.upgrade([](Environment& env, const Arguments&) {
    env.from("sales", NoSource<Sale>{})
        .key_by(&Sale::shop)
        .reduce("totals", Add{})
        .map([](const Sale& sale) {
          return Sale{sale.shop + "!", sale.amount};
        })
        .sink_to("out", NoSink<Sale>{});
  });
  job.restore(checkpoint);
  sales.send({"ann", 2});
  job.run_until_idle();
  EXPECT_THAT(out.records(), ElementsAre(Sale{"ann", 1}, Sale{"ann!", 3}));
  job.upgrade([](Environment& env, const Arguments&) {
    env.from("sales", NoSource<Sale>{})
        .key_by(&Sale::shop)
        .reduce("sums", Add{})
        .sink_to("out", NoSink<Sale>{});
  });
  EXPECT_THAT([&] { job.restore(checkpoint); },
              FailsWith("state of operator 'totals', which the job doesn't have"));
}

TEST(JobTest, WhenARecordTypeIsEncodedThenItCrossesSubtasksAsInTheRuntime) {
  JobTest job([](Environment& env, const Arguments&) {
    env.from("in", NoSource<std::string>{})
        .broadcast()
        .map([](const std::string& text) { return text; })
        .sink_to("out", NoSink<std::string>{});
  });
  job.parallelism(3);
  auto& in = job.input<std::string>("in");
  auto& out = job.output<std::string>("out");
  in.send("one");
  in.send("two");
  job.run_until_idle();
  EXPECT_THAT(out.records(), UnorderedElementsAre("one", "one", "one", "two", "two", "two"));
}

}  // namespace
}  // namespace penstock
