#pragma once

#include "api/collector.h"
#include "api/operator_process.h"
#include "api/operator_state.h"
#include "api/process.h"

namespace penstock {

/// Base of a function over two connected streams without keys:
///   struct Merge : penstock::CoProcess<Order, Payment, Event> {
///     void process1(const Order& order, Context& context, penstock::Collector<Event>& out);
///     void process2(const Payment& payment, Context& context, penstock::Collector<Event>& out);
///   };
/// Records of the two come in no particular order; the watermark is the lesser of both. open(),
/// close() and operator states are those of Process. Placed by ConnectedStreams::process.
template <typename In1, typename In2, typename Out>
class CoProcess : public internal::OperatorStateOwner {
 public:
  using Input1 = In1;
  using Input2 = In2;
  using Output = Out;
  using Context = FunctionContext;
};

/// Base of a function over two connected keyed streams, which share keyed state and timers:
///   struct Join : penstock::KeyedCoProcess<std::string, Order, Payment, Paid> {
///     penstock::ValueState<Order> order{this, "order"};
///     void process1(const Order& order, Context& context, penstock::Collector<Paid>& out);
///     void process2(const Payment& payment, Context& context, penstock::Collector<Paid>& out);
///     void on_timer(penstock::Timestamp time, Context& context, penstock::Collector<Paid>& out);
///   };
/// The rest is that of KeyedProcess.
template <typename K, typename In1, typename In2, typename Out>
class KeyedCoProcess : public internal::OperatorStateOwner, public internal::KeyedStateOwner<K> {
 public:
  using Key = K;
  using Input1 = In1;
  using Input2 = In2;
  using Output = Out;
  using Context = ProcessContext<K>;
};

/// Base of a function over a stream and a broadcast one, whose records all subtasks get:
///   struct Match : penstock::BroadcastProcess<Event, Rule, Alert> {
///     penstock::BroadcastState<std::string, Rule> rules{this, "rules"};
///     void process(const Event& event, Context& context, penstock::Collector<Alert>& out);
///     void process_broadcast(const Rule& rule, Context& context, penstock::Collector<Alert>& out);
///   };
/// Only process_broadcast may change a BroadcastState, so that it is the same everywhere.
template <typename In, typename Broadcast, typename Out>
class BroadcastProcess : public internal::OperatorStateOwner {
 public:
  using Input1 = In;
  using Input2 = Broadcast;
  using Output = Out;
  using Context = FunctionContext;
};

/// The same over a keyed stream: process() has the keyed state and timers of its record's key,
/// process_broadcast() belongs to no key and takes a BroadcastContext:
///     void process(const Event& event, Context& context, penstock::Collector<Alert>& out);
///     void process_broadcast(const Rule& rule, BroadcastContext& context,
///                            penstock::Collector<Alert>& out);
template <typename K, typename In, typename Broadcast, typename Out>
class KeyedBroadcastProcess : public internal::OperatorStateOwner,
                              public internal::KeyedStateOwner<K> {
 public:
  using Key = K;
  using Input1 = In;
  using Input2 = Broadcast;
  using Output = Out;
  using Context = ProcessContext<K>;
  using BroadcastContext = FunctionContext;
};

}  // namespace penstock
