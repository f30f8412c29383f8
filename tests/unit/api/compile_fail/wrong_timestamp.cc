// expect here: the function that gives timestamps must be a member pointer or function
#include "api/penstock.h"
#include "connectors/basic/sequence_source.h"

PENSTOCK_JOB(wrong_timestamp) {
  env.from("in", penstock::sequence(1, [](std::uint64_t i) { return i; }),
           penstock::monotonous_timestamps(), [](const std::string& text) { return text; });
}
