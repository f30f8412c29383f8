// expect here: filter() needs a function that takes one record of this stream
#include "api/penstock.h"
#include "connectors/basic/sequence_source.h"

PENSTOCK_JOB(wrong_filter) {
  env.from("in", penstock::sequence(1, [](std::uint64_t i) { return i; }))
      .filter([](const std::string& text) { return text.empty(); });
}
