#include <cstdint>
#include <string>

#include "api/penstock.h"
#include "connectors/net/tcp_sink.h"
#include "connectors/net/tcp_source.h"

// Reads orders that clients send, and sends each on with its total.
// Arguments:
//   --listen PORT       for clients that send JSON lines
//   --to PORT           of the server that gets CSV rows

using namespace penstock;

struct Order {
  std::string item;
  std::int64_t count = 0;
  std::int64_t price = 0;
};

struct Total {
  std::string item;
  std::int64_t total = 0;
};

PENSTOCK_JOB(tcp_relay) {
  env.from("orders",
           tcp_listen_source(args.required<std::uint16_t>("listen"), json_records<Order>()))
      .set_parallelism(1)
      .map([](const Order& order) {
        return Total{order.item, order.count * order.price};
      })
      .sink_to(tcp_sink("127.0.0.1", args.required<std::uint16_t>("to"), csv_records<Total>()));
}
