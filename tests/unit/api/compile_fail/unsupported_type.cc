// expect: penstock cannot encode this type
#include "api/penstock.h"
#include "connectors/basic/discard_sink.h"
#include "connectors/basic/sequence_source.h"

struct Record {
  int* pointer = nullptr;
};

PENSTOCK_JOB(unsupported_type) {
  env.from("in", penstock::sequence(1, [](std::uint64_t) { return Record{}; }))
      .sink_to(penstock::discard());
}
