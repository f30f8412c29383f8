#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/metrics/prometheus_text.h"

namespace penstock {

/// What a metric is of.
enum class MetricScope : unsigned char { kCoordinator, kWorker, kJob, kTask, kOperator };
/// What the value of a vertex is, of those of its subtasks.
enum class MetricTotal : unsigned char { kSum, kLeast, kGreatest };

/// One metric of the REST interface, and what it is for Prometheus.
struct MetricSpec {
  MetricScope scope;
  std::string_view name;  ///< Flink's where it has the thing.
  std::string_view unit;  ///< In the REST interface; empty: none. Prometheus has base units.
  std::string_view description;
  /// Behind "penstock_<scope>_"; empty: not shown to Prometheus, which makes it of others.
  std::string_view prometheus;
  PrometheusText::Kind kind = PrometheusText::Kind::kGauge;
  double factor = 1;  ///< From the REST interface's unit to that of Prometheus.
  MetricTotal total = MetricTotal::kSum;
};

/// All of them, apart from counters that functions make themselves.
std::span<const MetricSpec> AllMetrics();
/// Null when there is none.
const MetricSpec* FindMetric(MetricScope scope, std::string_view name);
/// "vertex" for tasks: Prometheus gets sums over subtasks first of all.
std::string_view PrometheusScope(MetricScope scope);

/// The tables of docs/reference/metrics.md.
std::string RenderMetricReference();

}  // namespace penstock
