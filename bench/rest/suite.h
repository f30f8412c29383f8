#pragma once

#include "bench/report.h"

namespace penstock::bench {

/// How long the coordinator's thread needs for the detail of a job with 2560 subtasks.
void MeasureJobDetail(Report& report);

}  // namespace penstock::bench
