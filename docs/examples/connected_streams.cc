// The examples of docs/writing-jobs.md, chapter "Two streams".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/penstock.h"
#include "api/testing/testing.h"

using namespace penstock;

namespace {

using penstock::testing::TwoInputTest;
using ::testing::ElementsAre;

struct Order {
  std::string id;
  std::string product;
  std::int64_t cents = 0;
};
struct Payment {
  std::string order;
  std::int64_t cents = 0;
};
struct Product {
  std::string name;
  std::string warehouse;
};

Stream<std::string> CoMap(const Stream<Order>& orders, const Stream<Payment>& payments) {
  // [co-map]
  auto log = orders.connect(payments).map([](const Order& order) { return "order " + order.id; },
                                          [](const Payment& paid) { return "paid " + paid.order; });
  // [co-map]
  return log;
}

TEST(ConnectedExamples, CoMap) {
  TwoInputTest<Order, Payment, std::string> test(&CoMap);
  test.process1({"1", "tea", 5});
  test.process2({"1", 5});
  EXPECT_THAT(test.output(), ElementsAre("order 1", "paid 1"));
}

// [co-process]
/// Pairs an order with its payment, whichever comes first.
struct Settle : KeyedCoProcess<std::string, Order, Payment, std::string> {
  ValueState<Order> order{this, "order"};
  ValueState<Payment> payment{this, "payment"};

  void process1(const Order& next, Context&, Collector<std::string>& out) {
    if (!payment.has_value()) return order.set(next);
    out.collect(next.id + " settled");
    payment.clear();
  }
  void process2(const Payment& next, Context&, Collector<std::string>& out) {
    if (!order.has_value()) return payment.set(next);
    out.collect(next.order + " settled");
    order.clear();
  }
};
// [co-process]

Stream<std::string> CoProcess(const Stream<Order>& orders, const Stream<Payment>& payments) {
  // [co-process-use]
  auto settled = orders.key_by(&Order::id)
                     .connect(payments.key_by(&Payment::order))
                     .process("settle", Settle{});
  // [co-process-use]
  return settled;
}

TEST(ConnectedExamples, CoProcess) {
  TwoInputTest<Order, Payment, std::string> test(&CoProcess);
  test.process2({"1", 5});
  test.process1({"2", "tea", 5});
  test.process1({"1", "tea", 5});
  test.process2({"2", 5});
  EXPECT_THAT(test.output(), ElementsAre("1 settled", "2 settled"));
}

// [broadcast]
/// Adds to each order the warehouse of its product. Every subtask knows all products.
struct Route : BroadcastProcess<Order, Product, std::string> {
  BroadcastState<std::string, Product> products{this, "products"};

  void process(const Order& order, Context&, Collector<std::string>& out) {
    const Product* product = products.get(order.product);
    out.collect(order.id + " to " + (product ? product->warehouse : "nowhere"));
  }
  void process_broadcast(const Product& product, Context&, Collector<std::string>&) {
    products.put(product.name, product);
  }
};
// [broadcast]

Stream<std::string> Broadcast(const Stream<Order>& orders, const Stream<Product>& products) {
  // [broadcast-use]
  auto routed = orders.connect(products.broadcast()).process("route", Route{});
  // [broadcast-use]
  return routed;
}

TEST(ConnectedExamples, Broadcast) {
  TwoInputTest<Order, Product, std::string> test(&Broadcast);
  test.process1({"1", "tea", 5});
  test.process2({"tea", "north"});
  test.process1({"2", "tea", 5});
  EXPECT_THAT(test.output(), ElementsAre("1 to nowhere", "2 to north"));
}

// [keyed-broadcast]
/// The same with state for each product: how many were ordered.
struct Count : KeyedBroadcastProcess<std::string, Order, Product, std::string> {
  BroadcastState<std::string, Product> products{this, "products"};
  ValueState<std::int64_t> ordered{this, "ordered"};

  void process(const Order& order, Context&, Collector<std::string>& out) {
    const Product* product = products.get(order.product);
    const std::int64_t count = ++ordered.edit();
    if (product != nullptr) out.collect(product->warehouse + " " + std::to_string(count));
  }
  void process_broadcast(const Product& product, BroadcastContext&, Collector<std::string>&) {
    products.put(product.name, product);
  }
};
// [keyed-broadcast]

Stream<std::string> KeyedBroadcast(const Stream<Order>& orders, const Stream<Product>& products) {
  // [keyed-broadcast-use]
  auto counted =
      orders.key_by(&Order::product).connect(products.broadcast()).process("count", Count{});
  // [keyed-broadcast-use]
  return counted;
}

TEST(ConnectedExamples, KeyedBroadcast) {
  TwoInputTest<Order, Product, std::string> test(&KeyedBroadcast);
  test.process2({"tea", "north"});
  test.process1({"1", "tea", 5});
  test.process1({"2", "tea", 5});
  EXPECT_THAT(test.output(), ElementsAre("north 1", "north 2"));
}

Stream<std::string> Interval(const Stream<Order>& orders, const Stream<Payment>& payments) {
  // [interval-join]
  auto paid_in_time = orders.key_by(&Order::id)
                          .interval_join(payments.key_by(&Payment::order))
                          .between(0min, 10min)  // of the payment, seen from the order
                          .apply("in-time", [](const Order& order, const Payment& payment) {
                            return order.id + ": " + std::to_string(payment.cents);
                          });
  // [interval-join]
  return paid_in_time;
}

TEST(ConnectedExamples, IntervalJoin) {
  TwoInputTest<Order, Payment, std::string> test(&Interval);
  test.process1({"1", "tea", 5}, Timestamp{0});
  test.process2({"1", 5}, Timestamp{0} + 10min);
  test.process2({"1", 6}, Timestamp{0} + 11min);
  EXPECT_THAT(test.output(), ElementsAre("1: 5"));
}

}  // namespace
