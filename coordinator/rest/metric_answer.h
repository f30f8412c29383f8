#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.h"
#include "common/status.h"
#include "coordinator/metrics/metric_values.h"

namespace penstock {

/// The items of a list like "a,b".
std::set<std::string> ParseNames(std::string_view list);
/// Numbers from a list like "0,2-4" that are less than `count`, which may be empty: all of them.
Result<std::vector<std::uint32_t>> ParseNumbers(std::string_view list, std::uint32_t count);

/// As Flink answers for one thing: the names of its metrics, or with ?get=a,b the values of those.
HttpResponse ValuesAnswer(const MetricValues& values, const HttpRequest& request);
/// As Flink answers for several things of a kind: names, or with ?get=a,b what ?agg=min,max,sum,avg
/// makes of the values; all four unless it says otherwise.
HttpResponse AggregateAnswer(const std::vector<MetricValues>& things, const HttpRequest& request);

}  // namespace penstock
