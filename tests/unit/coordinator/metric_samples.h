#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "wire/messages.h"

namespace penstock {

/// Shares of a second that a task has been busy and back-pressured, and records per second.
struct TaskPace {
  double busy = 0;
  double backpressured = 0;
  std::uint64_t records_in = 0;
  std::uint64_t records_out = 0;
};

/// What a task with that pace has to report after `age` milliseconds; a record has ten bytes.
inline TaskMetrics PacedTask(SubtaskId subtask, TaskPace pace, std::uint64_t age) {
  const auto millis = [&](double share) {
    return static_cast<std::uint64_t>(share * static_cast<double>(age));
  };
  TaskMetrics metrics;
  metrics.subtask = subtask;
  metrics.age = age;
  metrics.counters = {{"numRecordsIn", pace.records_in * age / 1000},
                      {"numRecordsOut", pace.records_out * age / 1000},
                      {"numBytesIn", pace.records_in * age / 100},
                      {"numBytesOut", pace.records_out * age / 100},
                      {"busyTimeMs", millis(pace.busy)},
                      {"backPressuredTimeMs", millis(pace.backpressured)},
                      {"idleTimeMs", millis(1 - pace.busy - pace.backpressured)}};
  metrics.edges = {{pace.records_out * age / 1000, pace.records_out * age / 100}};
  return metrics;
}

}  // namespace penstock
