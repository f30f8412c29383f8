#include "coordinator/metrics/checkpoint_histograms.h"

#include <array>

namespace penstock {
namespace {

constexpr std::array<double, 12> kSeconds{0.001, 0.003, 0.01, 0.03, 0.1, 0.3,
                                          1,     3,     10,   30,   100, 300};
constexpr std::array<double, 9> kBytes{1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};

double Seconds(std::uint64_t micros) { return static_cast<double>(micros) / 1e6; }

}  // namespace

CheckpointHistograms::CheckpointHistograms()
    : start_delay_(kSeconds),
      alignment_(kSeconds),
      synchronous_(kSeconds),
      asynchronous_(kSeconds),
      duration_(kSeconds),
      bytes_(kBytes) {}

void CheckpointHistograms::ObserveTask(const SnapshotTimings& timings) {
  start_delay_.Observe(Seconds(timings.start_delay));
  alignment_.Observe(Seconds(timings.alignment));
  synchronous_.Observe(Seconds(timings.synchronous));
  asynchronous_.Observe(Seconds(timings.asynchronous));
}

void CheckpointHistograms::ObserveCheckpoint(std::int64_t duration_millis,
                                             std::uint64_t new_bytes) {
  duration_.Observe(static_cast<double>(duration_millis) / 1000);
  bytes_.Observe(static_cast<double>(new_bytes));
}

}  // namespace penstock
