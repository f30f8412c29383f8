#pragma once

#include <cstdint>
#include <string>

#include "common/metrics/prometheus_text.h"
#include "coordinator/dispatcher.h"

namespace penstock {

/// The metrics of the whole cluster for Prometheus. Of a job that has ended there is only its
/// state. What has the most series is left out first, so that there are no more than
/// metrics.prometheus.max-series: subtasks, then operators, then vertices. `now`: wall clock,
/// milliseconds.
std::string RenderCluster(const Dispatcher& dispatcher, std::int64_t now);

}  // namespace penstock
