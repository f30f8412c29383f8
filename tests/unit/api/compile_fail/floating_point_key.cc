// expect here: a key must not contain floating-point numbers
#include "api/penstock.h"
#include "connectors/basic/sequence_source.h"

PENSTOCK_JOB(floating_point_key) {
  env.from("in", penstock::sequence(1, [](std::uint64_t i) { return i; }))
      .key_by([](std::uint64_t i) { return 0.5 * i; });
}
