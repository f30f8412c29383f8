#pragma once

#include "bench/report.h"

namespace penstock::bench {

/// What counting for metrics costs a task, on against off in turns: a stateless chain and a keyed
/// window.
void MeasureMetrics(Report& report);

}  // namespace penstock::bench
