#pragma once

#include <cstdint>
#include <string>

#include "api/testing/job_failure.h"

namespace penstock::testing {

/// Calls `run(seed)` for that many seeds, from 1 on; each call should run a JobTest with that seed
/// and return what must not depend on it, in a form that can be compared with ==. Returns what the
/// first has returned. Throws JobFailure, naming two seeds, when they differ.
template <typename Run>
auto same_for_seeds(std::uint64_t seeds, Run&& run) {
  auto first = run(std::uint64_t{1});
  for (std::uint64_t seed = 2; seed <= seeds; ++seed) {
    if (run(seed) == first) continue;
    Misuse("seeds 1 and " + std::to_string(seed) + " have different results",
           "the job depends on the order in which channels are read, on chance or on time: run "
           "both seeds alone and compare");
  }
  return first;
}

}  // namespace penstock::testing
