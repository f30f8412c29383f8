#include "api/co_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/map_state.h"
#include "api/runtime/co_map_operators.h"
#include "api/runtime/co_process_operators.h"
#include "api/runtime/unkeyed_process_operator.h"
#include "tests/support/operator_harness.h"

namespace penstock {
namespace {

using testing::CollectingOutput;
using ::testing::ElementsAre;
using testing::Emitted;
using testing::HarnessSetup;
using testing::OperatorHarness;

struct Order {
  std::string id;
  std::int64_t amount = 0;
};
struct Payment {
  std::string order;
  std::int64_t amount = 0;
};

const OutputTag<Order> kUnpaid{"unpaid"};

/// An order and its payment, in whatever order they come; after an hour it is unpaid.
struct Match final : KeyedCoProcess<std::string, Order, Payment, std::string> {
  ValueState<Order> order{this, "order"};
  ValueState<Payment> payment{this, "payment"};

  void process1(const Order& next, Context& context, Collector<std::string>& out) {
    if (payment.has_value()) {
      out.collect(next.id + " paid");
      return payment.clear();
    }
    order = next;
    context.timers().set(context.timestamp() + std::chrono::hours(1));
  }
  void process2(const Payment& next, Context& context, Collector<std::string>& out) {
    if (!order.has_value()) {
      payment = next;
      return;
    }
    context.timers().erase(context.timestamp());
    out.collect(next.order + " paid");
    order.clear();
  }
  void on_timer(Timestamp, Context& context, Collector<std::string>&) {
    if (order.has_value()) context.output(kUnpaid, *order.get());
    order.clear();
  }
};

using MatchHarness = OperatorHarness<Order, std::string>;

MatchHarness::Make MakeMatch() {
  return [] {
    auto order_key = &Order::id;
    auto payment_key = &Payment::order;
    return std::make_unique<
        KeyedCoProcessOperator<Match, decltype(order_key), decltype(payment_key)>>(
        "match", order_key, payment_key, Match{});
  };
}

TEST(KeyedCoProcessTest, WhenBothInputsHaveAKeyThenTheyShareItsState) {
  for (const bool restore : {false, true}) {
    SCOPED_TRACE(restore);
    HarnessSetup setup;
    setup.restore_after_every_call = restore;
    MatchHarness harness(MakeMatch(), setup);
    harness.ProcessInput(0, Order{"a", 1});
    harness.ProcessInput(1, Payment{"b", 2});
    harness.ProcessInput(1, Payment{"a", 1});
    harness.ProcessInput(0, Order{"b", 2});
    EXPECT_THAT(harness.values(), ElementsAre("a paid", "b paid"));
    EXPECT_EQ(harness.status().message(), "");
  }
}

TEST(KeyedCoProcessTest, WhenATimerFiresThenItsRecordGoesToTheSideOutputBeforeTheWatermark) {
  MatchHarness harness(MakeMatch());
  CollectingOutput<Order> unpaid;
  harness.Read(kUnpaid, unpaid);
  harness.ProcessInput(0, Order{"a", 1}, Timestamp{5});
  harness.Watermark(Timestamp{5} + std::chrono::hours(1));
  ASSERT_EQ(unpaid.records.size(), 1U);
  EXPECT_EQ(unpaid.records[0].record.id, "a");
  EXPECT_EQ(unpaid.records[0].timestamp, Timestamp{5} + std::chrono::hours(1));
  EXPECT_TRUE(harness.records().empty());
}

TEST(SideOutputTest, WhenNobodyReadsTheTagThenTheRecordIsDropped) {
  MatchHarness harness(MakeMatch());
  harness.ProcessInput(0, Order{"a", 1});
  harness.Watermark(Timestamp::Max());
  EXPECT_EQ(harness.status().message(), "");
  EXPECT_EQ(harness.last_watermark(), Timestamp::Max());
}

TEST(SideOutputTest, WhenATagHasTwoTypesThenItThrows) {
  struct Confused final : Process<Order, Order> {
    void process(const Order& order, Context& context, Collector<Order>&) {
      context.output(OutputTag<Order>("tag"), order);
      context.output(OutputTag<Payment>("tag"), Payment{});
    }
  };
  OperatorHarness<Order, Order> harness(
      [] { return std::make_unique<UnkeyedProcessOperator<Order, Confused>>("uid", Confused{}); });
  EXPECT_THROW(harness.Process({}), std::logic_error);
}

struct Rule {
  std::string word;
  std::int64_t limit = 0;
};

/// Counts per key, and reports what passes the limit that its rule sets.
struct Limit final : KeyedBroadcastProcess<std::string, Order, Rule, std::string> {
  BroadcastState<std::string, std::int64_t> rules{this, "rules"};
  ValueState<std::int64_t> sum{this, "sum"};

  void process(const Order& order, Context&, Collector<std::string>& out) {
    sum.edit() += order.amount;
    const std::int64_t* limit = rules.get(order.id);
    if (limit != nullptr && *sum.get() > *limit) out.collect(order.id + " over");
  }
  void process_broadcast(const Rule& rule, BroadcastContext&, Collector<std::string>& out) {
    rules.put(rule.word, rule.limit);
    out.collect("rule for " + rule.word);
  }
};

TEST(KeyedBroadcastTest, WhenARuleComesThenItHoldsForTheKeysOfTheOtherStream) {
  for (const bool restore : {false, true}) {
    SCOPED_TRACE(restore);
    HarnessSetup setup;
    setup.restore_after_every_call = restore;
    auto key = &Order::id;
    OperatorHarness<Order, std::string> harness(
        [key] {
          return std::make_unique<KeyedBroadcastOperator<Limit, decltype(key)>>("limit", key,
                                                                                Limit{});
        },
        setup);
    harness.ProcessInput(0, Order{"a", 5});
    harness.ProcessInput(1, Rule{"a", 6});
    harness.ProcessInput(0, Order{"b", 100});
    harness.ProcessInput(0, Order{"a", 2});
    EXPECT_THAT(harness.values(), ElementsAre("rule for a", "a over"));
    EXPECT_EQ(harness.status().message(), "");
  }
}

TEST(CoMapTest, WhenTwoStreamsAreMappedThenEachHasItsFunction) {
  auto first = [](const Order& order, Collector<std::string>& out) { out.collect(order.id); };
  auto second = [](const Payment& payment, Collector<std::string>& out) {
    out.collect("p:" + payment.order);
  };
  OperatorHarness<Order, std::string> harness([&] {
    return std::make_unique<
        CoFlatMapOperator<Order, Payment, std::string, decltype(first), decltype(second)>>(first,
                                                                                           second);
  });
  harness.ProcessInput(1, Payment{"x"}, Timestamp{1});
  harness.ProcessInput(0, Order{"y"}, Timestamp{2});
  EXPECT_THAT(harness.records(), ElementsAre(Emitted<std::string>{"p:x", Timestamp{1}},
                                             Emitted<std::string>{"y", Timestamp{2}}));
}

}  // namespace
}  // namespace penstock
