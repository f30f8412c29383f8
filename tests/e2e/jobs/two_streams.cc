#include <cstdint>
#include <string>

#include "api/async.h"
#include "api/penstock.h"
#include "connectors/basic/sequence_source.h"
#include "connectors/file/file_sink.h"

// Operators with several inputs and outputs, in a job whose output is known: orders 0, 1, … and
// their payments, which come three milliseconds later. Arguments:
//   --output DIRECTORY   gets paid, joined, odd, priced, tens and visits
//   --records NUMBER     orders
//   --rate NUMBER        orders per second

using namespace penstock;

struct Order {
  std::uint64_t id = 0;
  Timestamp time;
};
struct Payment {
  std::uint64_t order = 0;
  Timestamp time;
};
struct Row {
  std::uint64_t order = 0;
  std::uint64_t value = 0;
};
struct Rule {
  std::uint64_t number = 0;
};

const OutputTag<Row> kOdd{"odd"};

/// Each order and its payment, in whatever order they come.
struct Match : KeyedCoProcess<std::uint64_t, Order, Payment, Row> {
  ValueState<std::uint64_t> order{this, "order"};
  ValueState<std::uint64_t> payment{this, "payment"};

  void process1(const Order& next, Context& context, Collector<Row>& out) {
    if (!payment.has_value()) return order.set(next.id);
    payment.clear();
    Emit(next.id, context, out);
  }
  void process2(const Payment& next, Context& context, Collector<Row>& out) {
    if (!order.has_value()) return payment.set(next.order);
    order.clear();
    Emit(next.order, context, out);
  }
  static void Emit(std::uint64_t id, Context& context, Collector<Row>& out) {
    out.collect({id, id});
    if (id % 2 == 1) context.output(kOdd, {id, id});
  }
};

/// Lets everything pass; the rules are there to be kept and restored.
struct Apply : KeyedBroadcastProcess<std::uint64_t, Row, Rule, Row> {
  BroadcastState<std::uint64_t, Rule> rules{this, "rules"};

  void process(const Row& row, Context&, Collector<Row>& out) { out.collect(row); }
  void process_broadcast(const Rule& rule, BroadcastContext&, Collector<Row>&) {
    rules.put(rule.number, rule);
  }
};

/// A window's number of records, from the records themselves.
struct CountRecords : WindowProcess<std::uint64_t, Row, Row> {
  void process(Context& context, const WindowElements<Row>& rows, Collector<Row>& out) {
    std::uint64_t count = 0;
    for ([[maybe_unused]] const Row& row : rows) ++count;
    out.collect({context.key(), count});
  }
};
struct Visits {
  std::uint64_t count = 0;
  void add(const Order&) { ++count; }
  void merge(const Visits& other) { count += other.count; }
};

Order MakeOrder(std::uint64_t i) { return {i, Timestamp{static_cast<std::int64_t>(i)}}; }
Payment MakePayment(std::uint64_t i) { return {i, Timestamp{static_cast<std::int64_t>(i + 3)}}; }

PENSTOCK_JOB(two_streams) {
  const auto records = args.required<std::uint64_t>("records");
  const auto rate = args.required<std::uint64_t>("rate");
  const std::string output = args.path("output");
  const auto timed = env.from("orders", sequence(records, &MakeOrder).splits(2).rate(rate),
                              bounded_out_of_orderness(10ms), &Order::time);
  const auto orders = timed.key_by(&Order::id);
  const auto payments = env.from("payments", sequence(records, &MakePayment).splits(2).rate(rate))
                            .with_timestamps(bounded_out_of_orderness(10ms), &Payment::time)
                            .key_by(&Payment::order);
  const auto rules = env.from("rules", sequence(10, [](std::uint64_t i) { return Rule{i}; }));

  const auto matched = orders.connect(payments).process("match", Match{});
  matched.key_by(&Row::order)
      .connect(rules.broadcast())
      .process("apply", Apply{})
      .sink_to("paid", FileSink::csv<Row>(output + "/paid"));
  matched.side_output(kOdd).sink_to("odd", FileSink::csv<Row>(output + "/odd"));

  const auto joined = orders.interval_join(payments).between(1ms, 5ms).apply(
      "join", [](const Order& order, const Payment& payment) {
        return Row{order.id, payment.order - order.id};
      });
  joined.rescale().sink_to("joined", FileSink::csv<Row>(output + "/joined"));

  matched.key_by([](const Row& row) { return row.order % 100; })
      .window("tens", count_window(10))
      .process(CountRecords{})
      .sink_to("tens-out", FileSink::csv<Row>(output + "/tens"));
  timed.key_by([](const Order& order) { return order.id % 1000; })
      .window("visits", session(2s))
      .aggregate(Visits{},
                 [](std::uint64_t key, Window, const Visits& v) {
                   return Row{key, v.count};
                 })
      .sink_to("visits-out", FileSink::csv<Row>(output + "/visits"));

  const auto both = matched.union_with(joined.shuffle());
  async_unordered(both, "price",
                  blocking<Row>(2,
                                [](const Row& row) {
                                  return Row{row.order, row.value + 1};
                                }))
      .slot_sharing_group("slow")
      .sink_to("priced", FileSink::csv<Row>(output + "/priced"));
}
