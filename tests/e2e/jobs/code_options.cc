#include <cstdint>
#include <string>

#include "api/penstock.h"
#include "connectors/basic/sequence_source.h"
#include "connectors/file/file_sink.h"

// A job that sets options of its own in code, right and wrong ones.

using namespace penstock;

struct Number {
  std::uint64_t value = 0;
};

PENSTOCK_JOB(code_options) {
  const std::string output = args.required_path("output", "directory that gets part-*.csv");
  const auto key = args.get("key", "", "an option that the job sets; none by default");
  const auto value = args.get("value", "", "of that option");
  const auto records = args.get<std::uint64_t>("records", 1000, between(1, 1'000'000), "in all");
  const auto order = args.get("order", "up", one_of({"up", "down"}), "of the numbers");

  env.set("execution.checkpointing.interval", "120 ms");
  env.set("parallelism.default", "2");
  if (!key.empty()) env.set(key, value);
  env.from("numbers",
           sequence(records, [records, down = order == "down"](
                                 std::uint64_t i) { return Number{down ? records - i : i}; })
               .rate(1000))
      .sink_to("out", FileSink::csv<Number>(output));
}
