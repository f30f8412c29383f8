// The examples of docs/writing-jobs.md, chapter "Windows".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/penstock.h"
#include "api/testing/testing.h"

using namespace penstock;

namespace {

using penstock::testing::OperatorTest;
using penstock::testing::TwoInputTest;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

// [records]
struct Click {
  std::string user;
  std::int64_t cents = 0;
  Millis patience{1000};
};
struct Total {
  std::string user;
  Timestamp from;
  std::int64_t cents = 0;
  auto operator<=>(const Total&) const = default;
};
/// What is kept of a window instead of its records.
struct Sum {
  std::int64_t cents = 0;
  void add(const Click& click) { cents += click.cents; }
  void merge(const Sum& other) { cents += other.cents; }  // for overlapping and merging windows
};
Total MakeTotal(const std::string& user, Window window, const Sum& sum) {
  return {user, window.start, sum.cents};
}
// [records]

const Timestamp kZero{0};

/// Three clicks of one user, at 0 s, 7 s and 12 s; the results of what `windows` makes of them.
std::vector<std::int64_t> Results(Stream<Total> (*windows)(const Stream<Click>&)) {
  OperatorTest<Click, Total> test(windows);
  test.process({"ann", 1}, kZero);
  test.process({"ann", 2}, kZero + 7s);
  test.process({"ann", 4}, kZero + 12s);
  test.end();
  std::vector<std::int64_t> cents;
  for (const Total& total : test.output()) cents.push_back(total.cents);
  return cents;
}

Stream<Total> Tumbling(const Stream<Click>& clicks) {
  // [tumbling]
  auto totals =
      clicks.key_by(&Click::user).window("totals", tumbling(10s)).aggregate(Sum{}, &MakeTotal);
  // [tumbling]
  return totals;
}
TEST(WindowExamples, Tumbling) { EXPECT_THAT(Results(&Tumbling), ElementsAre(3, 4)); }

Stream<Total> Offset(const Stream<Click>& clicks) {
  // [offset]
  auto from_six_o_clock = clicks.key_by(&Click::user)
                              .window("totals", tumbling(24h, /*offset=*/6h))
                              .aggregate(Sum{}, &MakeTotal);
  // [offset]
  return from_six_o_clock;
}
TEST(WindowExamples, Offset) { EXPECT_THAT(Results(&Offset), ElementsAre(7)); }

Stream<Total> Sliding(const Stream<Click>& clicks) {
  // [sliding]
  auto totals =
      clicks.key_by(&Click::user).window("totals", sliding(10s, 5s)).aggregate(Sum{}, &MakeTotal);
  // [sliding]
  return totals;
}
TEST(WindowExamples, Sliding) { EXPECT_THAT(Results(&Sliding), ElementsAre(1, 3, 6, 4)); }

Stream<Total> Session(const Stream<Click>& clicks) {
  // [session]
  auto visits =
      clicks.key_by(&Click::user).window("visits", session(6s)).aggregate(Sum{}, &MakeTotal);
  // [session]
  return visits;
}
TEST(WindowExamples, Session) { EXPECT_THAT(Results(&Session), ElementsAre(1, 6)); }

Stream<Total> DynamicSession(const Stream<Click>& clicks) {
  // [dynamic-session]
  auto visits = clicks.key_by(&Click::user)
                    .window("visits", session([](const Click& click) { return click.patience; }))
                    .aggregate(Sum{}, &MakeTotal);
  // [dynamic-session]
  return visits;
}
TEST(WindowExamples, DynamicSession) {
  EXPECT_THAT(Results(&DynamicSession), ElementsAre(1, 2, 4));
}

Stream<Total> Counted(const Stream<Click>& clicks) {
  // [count]
  auto pairs =
      clicks.key_by(&Click::user).window("pairs", count_window(2)).aggregate(Sum{}, &MakeTotal);
  // [count]
  return pairs;
}
TEST(WindowExamples, Count) { EXPECT_THAT(Results(&Counted), ElementsAre(3)); }

Stream<Total> SlidingCount(const Stream<Click>& clicks) {
  // [sliding-count]
  auto last_two = clicks.key_by(&Click::user)
                      .window("last-two", count_window(2, /*slide=*/1))
                      .aggregate(Sum{}, &MakeTotal);
  // [sliding-count]
  return last_two;
}
TEST(WindowExamples, SlidingCount) { EXPECT_THAT(Results(&SlidingCount), ElementsAre(1, 3, 6)); }

Stream<Total> Global(const Stream<Click>& clicks) {
  // [global]
  auto whenever_three = clicks.key_by(&Click::user)
                            .window("threes", global_windows())
                            .trigger(purging_trigger(count_trigger(3)))
                            .aggregate(Sum{}, &MakeTotal);
  // [global]
  return whenever_three;
}
TEST(WindowExamples, Global) { EXPECT_THAT(Results(&Global), ElementsAre(7)); }

Stream<Total> ProcessingTime(const Stream<Click>& clicks) {
  // [processing-time]
  auto every_minute = clicks.key_by(&Click::user)
                          .window("minutes", processing_time(tumbling(1min)))
                          .aggregate(Sum{}, &MakeTotal);
  // [processing-time]
  return every_minute;
}
TEST(WindowExamples, ProcessingTime) {
  OperatorTest<Click, Total> test(&ProcessingTime);
  test.process({"ann", 1});
  test.advance_processing_time(1min);
  EXPECT_EQ(test.output().size(), 1U);
}

Stream<std::int64_t> All(const Stream<Click>& clicks) {
  // [window-all]
  auto turnover =
      clicks.window_all("turnover", tumbling(10s)).aggregate(Sum{}, [](Window, const Sum& sum) {
        return sum.cents;
      });
  // [window-all]
  return turnover;
}
TEST(WindowExamples, WindowAll) {
  OperatorTest<Click, std::int64_t> test(&All);
  test.process({"ann", 1}, kZero);
  test.process({"bob", 2}, kZero);
  test.end();
  EXPECT_THAT(test.output(), ElementsAre(3));
}

Stream<Click> Reduced(const Stream<Click>& clicks) {
  // [reduce]
  auto dearest = clicks.key_by(&Click::user)
                     .window("dearest", tumbling(10s))
                     .reduce([](const Click& so_far, const Click& next) {
                       return next.cents > so_far.cents ? next : so_far;
                     });
  // [reduce]
  return dearest;
}
TEST(WindowExamples, Reduce) {
  OperatorTest<Click, Click> test(&Reduced);
  test.process({"ann", 3}, kZero);
  test.process({"ann", 2}, kZero);
  test.end();
  ASSERT_EQ(test.output().size(), 1U);
  EXPECT_EQ(test.output()[0].cents, 3);
}

// [process]
/// All records of a window; the state counts the user's windows.
struct Median : WindowProcess<std::string, Click, Total> {
  ValueState<int> seen{this, "seen"};

  void process(Context& context, const WindowElements<Click>& clicks, Collector<Total>& out) {
    std::vector<std::int64_t> cents;
    for (const Click& click : clicks) cents.push_back(click.cents);
    std::nth_element(cents.begin(), cents.begin() + cents.size() / 2, cents.end());
    ++seen.edit();
    out.collect({context.key(), context.window().start, cents[cents.size() / 2]});
  }
};
// [process]

Stream<Total> Process(const Stream<Click>& clicks) {
  // [process-use]
  auto medians = clicks.key_by(&Click::user).window("median", tumbling(10s)).process(Median{});
  // [process-use]
  return medians;
}
TEST(WindowExamples, Process) { EXPECT_THAT(Results(&Process), ElementsAre(2, 4)); }

// [incremental]
/// Gets the finished Sum instead of all the records.
struct Report : WindowProcess<std::string, Sum, Total> {
  void process(Context& context, const WindowElements<Sum>& sums, Collector<Total>& out) {
    out.collect({context.key(), context.window().start, sums.begin()->cents});
  }
};
// [incremental]

Stream<Total> Incremental(const Stream<Click>& clicks) {
  // [incremental-use]
  auto reports =
      clicks.key_by(&Click::user).window("reports", tumbling(10s)).aggregate(Sum{}, Report{});
  // [incremental-use]
  return reports;
}
TEST(WindowExamples, Incremental) { EXPECT_THAT(Results(&Incremental), ElementsAre(3, 4)); }

// [late]
const OutputTag<Click> kTooLate{"too-late"};
// [late]

Stream<Total> Late(const Stream<Click>& clicks, Stream<Click>* side) {
  // [late-use]
  auto totals = clicks.key_by(&Click::user)
                    .window("totals", tumbling(10s))
                    .allowed_lateness(1min)  // fires again for each record that still comes
                    .late_output(kTooLate)   // for those that come even later
                    .aggregate(Sum{}, &MakeTotal);
  auto too_late = totals.side_output(kTooLate);
  // [late-use]
  *side = too_late;
  return totals;
}
TEST(WindowExamples, Late) {
  Stream<Click> unused{internal::StreamEnds{}};
  OperatorTest<Click, Total> test(
      [&](const Stream<Click>& clicks) { return Late(clicks, &unused); });
  test.process({"ann", 1}, kZero);
  test.watermark(kZero + 10s);
  test.process({"ann", 2}, kZero + 1s);
  test.watermark(kZero + 2min);
  test.process({"ann", 4}, kZero + 1s);
  ASSERT_EQ(test.output().size(), 2U);
  EXPECT_EQ(test.output()[1].cents, 3);
}

Stream<Total> Triggers(const Stream<Click>& clicks) {
  // [triggers]
  auto early = clicks.key_by(&Click::user)
                   .window("totals", tumbling(10s))
                   .trigger(continuous_event_time_trigger(5s))  // halfway, and at the end
                   .aggregate(Sum{}, &MakeTotal);
  // [triggers]
  return early;
}
TEST(WindowExamples, Triggers) {
  OperatorTest<Click, Total> test(&Triggers);
  test.process({"ann", 1}, kZero);
  test.watermark(kZero + 5s);
  EXPECT_EQ(test.output().size(), 1U);
  test.end();
  EXPECT_EQ(test.output().size(), 2U);
}

// [own-trigger]
/// Fires as soon as a window has seen a given amount, once.
struct AtAmount {
  struct State {
    std::int64_t cents = 0;
    bool fired = false;
  };
  using Context = TriggerContext<State>;

  std::int64_t amount = 0;

  TriggerResult on_element(const Click& click, Timestamp, Window, Context& context) {
    State& state = context.state();
    state.cents += click.cents;
    if (state.fired || state.cents < amount) return TriggerResult::kContinue;
    state.fired = true;
    return TriggerResult::kFire;
  }
};
// [own-trigger]

Stream<Total> OwnTrigger(const Stream<Click>& clicks) {
  // [own-trigger-use]
  auto big_spenders = clicks.key_by(&Click::user)
                          .window("big", tumbling(24h))
                          .trigger(AtAmount{3})
                          .aggregate(Sum{}, &MakeTotal);
  // [own-trigger-use]
  return big_spenders;
}
TEST(WindowExamples, OwnTrigger) { EXPECT_THAT(Results(&OwnTrigger), ElementsAre(3)); }

Stream<Total> Evicting(const Stream<Click>& clicks) {
  // [evictor]
  auto last_two = clicks.key_by(&Click::user)
                      .window("last-two", tumbling(24h))
                      .evictor(count_evictor(2))
                      .aggregate(Sum{}, &MakeTotal);
  // [evictor]
  return last_two;
}
TEST(WindowExamples, Evictor) { EXPECT_THAT(Results(&Evicting), ElementsAre(6)); }

struct View {
  std::string user;
  std::string page;
};

Stream<std::string> Join(const Stream<Click>& clicks, const Stream<View>& views) {
  // [join]
  auto pairs = clicks.join(views)
                   .where(&Click::user)
                   .equal_to(&View::user)
                   .window(tumbling(10s))
                   .apply("pairs", [](const Click& click, const View& view) {
                     return view.page + " " + std::to_string(click.cents);
                   });
  // [join]
  return pairs;
}
TEST(WindowExamples, Join) {
  TwoInputTest<Click, View, std::string> test(&Join);
  test.process1({"ann", 1}, kZero);
  test.process1({"bob", 2}, kZero);
  test.process2({"ann", "home"}, kZero + 1s);
  test.process2({"ann", "late"}, kZero + 11s);
  test.end();
  EXPECT_THAT(test.output(), ElementsAre("home 1"));
}

Stream<std::string> CoGroup(const Stream<Click>& clicks, const Stream<View>& views) {
  // [co-group]
  auto counts =
      clicks.co_group(views)
          .where(&Click::user)
          .equal_to(&View::user)
          .window(tumbling(10s))
          .apply("counts", [](const WindowElements<Click>& of_user,
                              const WindowElements<View>& seen, Collector<std::string>& out) {
            out.collect(std::to_string(of_user.size()) + "/" + std::to_string(seen.size()));
          });
  // [co-group]
  return counts;
}
TEST(WindowExamples, CoGroup) {
  TwoInputTest<Click, View, std::string> test(&CoGroup);
  test.process1({"ann", 1}, kZero);
  test.process2({"bob", "home"}, kZero);
  test.process2({"bob", "cart"}, kZero);
  test.end();
  EXPECT_THAT(test.output(), UnorderedElementsAre("1/0", "0/2"));
}

}  // namespace
