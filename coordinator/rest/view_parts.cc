#include "coordinator/rest/view_parts.h"

#include <algorithm>
#include <numeric>

namespace penstock {
namespace {

namespace json = boost::json;

constexpr TaskState kLastingStates[] = {TaskState::kCreated, TaskState::kScheduled,
                                        TaskState::kDeploying, TaskState::kInitializing,
                                        TaskState::kRunning};

struct IoMetric {
  const char* name;
  std::string counter;
};
const IoMetric kIoMetrics[] = {{"read-bytes", "numBytesIn"},
                               {"write-bytes", "numBytesOut"},
                               {"read-records", "numRecordsIn"},
                               {"write-records", "numRecordsOut"},
                               {"accumulated-backpressured-time", "backPressuredTimeMs"},
                               {"accumulated-idle-time", "idleTimeMs"},
                               {"accumulated-busy-time", "busyTimeMs"}};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower;
}

std::uint64_t Counter(const Execution& execution, const std::string& name) {
  const auto found = execution.metrics.counters.find(name);
  return found == execution.metrics.counters.end() ? 0 : found->second;
}

/// Requires values.
json::object AggregateOf(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  };
  const std::int64_t sum = std::accumulate(values.begin(), values.end(), std::int64_t{0});
  return {{"min", values.front()},
          {"max", values.back()},
          {"avg", sum / static_cast<std::int64_t>(values.size())},
          {"sum", sum},
          {"median", at(0.5)},
          {"p25", at(0.25)},
          {"p75", at(0.75)},
          {"p95", at(0.95)}};
}

}  // namespace

ExecutionSpan SpanOf(std::span<const Execution* const> executions, std::int64_t now) {
  ExecutionSpan span;
  bool ended = true;
  for (const Execution* execution : executions) {
    if (execution->start_millis == 0) return {};
    span.start =
        span.start < 0 ? execution->start_millis : std::min(span.start, execution->start_millis);
    span.end = std::max(span.end, execution->end_millis);
    ended = ended && execution->end_millis != 0;
  }
  if (span.start < 0) return {};
  if (!ended) span.end = -1;
  span.duration = (ended ? span.end : now) - span.start;
  return span;
}

ExecutionSpan SpanOf(const Execution& execution, std::int64_t now) {
  const Execution* one[] = {&execution};
  return SpanOf(one, now);
}

json::object CountsOf(const TaskCounts& counts) {
  json::object object;
  for (int i = 0; i < kTaskStates; ++i) {
    object[ToString(static_cast<TaskState>(i))] = counts[static_cast<std::size_t>(i)];
  }
  return object;
}

json::object LowerCountsOf(const TaskCounts& counts) {
  json::object object;
  for (int i = 0; i < kTaskStates; ++i) {
    object[Lower(ToString(static_cast<TaskState>(i)))] = counts[static_cast<std::size_t>(i)];
  }
  object["total"] = std::accumulate(counts.begin(), counts.end(), 0U);
  return object;
}

json::object IoMetricsOf(std::span<const Execution* const> executions) {
  json::object metrics;
  for (const IoMetric& metric : kIoMetrics) {
    std::uint64_t sum = 0;
    for (const Execution* execution : executions) sum += Counter(*execution, metric.counter);
    metrics[metric.name] = sum;
  }
  for (const char* name : {"read-bytes", "write-bytes", "read-records", "write-records"}) {
    metrics[std::string(name) + "-complete"] = true;
  }
  return metrics;
}

json::object AggregatedOf(std::span<const Execution* const> executions, std::int64_t now) {
  json::object metrics;
  json::object durations;
  if (executions.empty()) return {{"metrics", metrics}, {"status-duration", durations}};
  for (const IoMetric& metric : kIoMetrics) {
    std::vector<std::int64_t> values;
    for (const Execution* execution : executions) {
      values.push_back(static_cast<std::int64_t>(Counter(*execution, metric.counter)));
    }
    metrics[metric.name] = AggregateOf(std::move(values));
  }
  for (const TaskState state : kLastingStates) {
    std::vector<std::int64_t> values;
    for (const Execution* execution : executions) {
      const std::int64_t time = TimeIn(*execution, state, now);
      if (time >= 0) values.push_back(time);
    }
    if (!values.empty()) durations[ToString(state)] = AggregateOf(std::move(values));
  }
  return {{"metrics", std::move(metrics)}, {"status-duration", std::move(durations)}};
}

json::object StatusDurationOf(const Execution& execution, std::int64_t now) {
  json::object durations;
  for (const TaskState state : kLastingStates) {
    durations[ToString(state)] = TimeIn(execution, state, now);
  }
  return durations;
}

std::vector<const Execution*> PointersTo(std::span<const Execution> executions) {
  std::vector<const Execution*> pointers;
  pointers.reserve(executions.size());
  for (const Execution& execution : executions) pointers.push_back(&execution);
  return pointers;
}

std::string EndpointOf(const SlotPool& slots, WorkerId worker) {
  const auto found = slots.workers().find(worker);
  return found == slots.workers().end() ? WorkerText(worker) : found->second.registration.address;
}

std::string WorkerText(WorkerId worker) { return worker.is_none() ? "" : ToString(worker); }

}  // namespace penstock
