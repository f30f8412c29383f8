#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/status.h"

namespace penstock {

struct SamplingOptions {
  enum class Kind : unsigned char {
    kOnCpu,   ///< Each thread after every 1/99 s of CPU time that it has used.
    kOffCpu,  ///< Every 1/99 s of the clock, those threads that do not run.
    kFull,    ///< Every 1/99 s of the clock.
  };
  Kind kind = Kind::kOnCpu;
  std::vector<pid_t> tids;  ///< Of this process. By the clock, 16 of them in turn each time.
  std::chrono::milliseconds duration{3000};
};

/// How often each stack was seen; frames outermost first, as names.
using StackCounts = std::map<std::vector<std::string>, std::uint64_t>;

/// Samples for the duration and returns; threads may end meanwhile. Costs some microseconds per
/// sample on the thread that is sampled. Needs InstallStackSignal().
Result<StackCounts> SampleStackCounts(const SamplingOptions& options);

/// JSON as wire/query.h has it.
std::string StackCountsText(const StackCounts& counts);

}  // namespace penstock
