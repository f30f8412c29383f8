#include <cstdint>

#include "api/penstock.h"
#include "connectors/basic/discard_sink.h"
#include "connectors/basic/sequence_source.h"

// Two sources that would drift apart: "slow" brings 20 records a second, a second of event time
// each; "fast" as many as it can, a millisecond each. Arguments:
//   --drift DURATION   How far ahead one may be of the other.

using namespace penstock;

struct Event {
  Timestamp time;
};

PENSTOCK_JOB(aligned) {
  const auto drift = args.get<Millis>("drift", 1min);
  const auto strategy = [&] { return monotonous_timestamps().with_alignment("events", drift); };
  const auto by_second = [](std::uint64_t i) {
    return Event{{static_cast<std::int64_t>(i * 1000)}};
  };
  const auto by_millisecond = [](std::uint64_t i) { return Event{{static_cast<std::int64_t>(i)}}; };
  const auto slow =
      env.from("slow", endless_sequence(by_second).rate(20), strategy(), &Event::time);
  const auto fast = env.from("fast", endless_sequence(by_millisecond), strategy(), &Event::time);
  slow.union_with(fast).rebalance().sink_to("nowhere", discard());
}
