#pragma once

#include "bench/report.h"

namespace penstock::bench {

/// `penstock_bench checkpoint`: what checkpoints each second cost a job of `scale` GB of keyed
/// state that works at full speed, and how it comes back from one.
void MeasureCheckpointsOfJob(Report& report, double scale);

}  // namespace penstock::bench
