// expect here: process() needs an object of a class derived from penstock::Process<Record, Out>
#include "api/penstock.h"
#include "connectors/basic/sequence_source.h"

struct Count : penstock::KeyedProcess<std::uint64_t, std::uint64_t, std::uint64_t> {
  void process(std::uint64_t, Context&, penstock::Collector<std::uint64_t>&) {}
};

PENSTOCK_JOB(keyed_function_without_key) {
  env.from("in", penstock::sequence(1, [](std::uint64_t i) { return i; }))
      .process("count", Count{});
}
