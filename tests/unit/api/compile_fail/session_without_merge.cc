// expect here: sessions merge: the aggregator needs `void merge(const Self&)`
#include "api/penstock.h"
#include "connectors/basic/sequence_source.h"

struct Count {
  std::int64_t count = 0;
  void add(std::uint64_t) { ++count; }
};

PENSTOCK_JOB(session_without_merge) {
  env.from("in", penstock::sequence(1, [](std::uint64_t i) { return i; }))
      .key_by([](std::uint64_t i) { return i; })
      .window("sessions", penstock::session(std::chrono::seconds(1)))
      .aggregate(Count{}, [](std::uint64_t, penstock::Window, const Count& c) { return c.count; });
}
