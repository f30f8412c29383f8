#pragma once

#include <string>

#include "common/ids.h"

namespace penstock {

/// "-<job>-g": what stands before the generation in the names of files that one run writes, so that
/// no run meets another one's.
inline std::string RunMark(JobId job) { return "-" + ToString(job) + "-g"; }

}  // namespace penstock
