#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/source.h"
#include "connectors/procfs/host_reading.h"

namespace penstock {

/// The state of the host that the task runs on, read from /proc at every interval, without an end.
/// One subtask reads: give the source .set_parallelism(1). Not replayable: nobody can read the
/// past. Processor time, disks and networks are rates between two readings, so the first one gives
/// nothing. A reading that was missed is not made up for. Made by procfs_source.
class ProcfsSource final : public Source<MetricSample> {
 public:
  explicit ProcfsSource(std::chrono::milliseconds interval) : interval_(interval) {}

  /// Also the processor time of that many processes, of those with the most; default none.
  ProcfsSource top(std::size_t processes) && {
    top_ = processes;
    return std::move(*this);
  }
  /// Another place than /proc, such as that of the host in a container.
  ProcfsSource root(std::string directory) && {
    root_ = std::move(directory);
    return std::move(*this);
  }

  std::string name() const override;
  Delivery delivery() const override { return Delivery::kNotReplayable; }
  Status Validate(FileSystem& fs) const override;
  Result<std::vector<SourceSplit>> Splits(OperatorContext& context) const override;
  Result<std::unique_ptr<SplitReader<MetricSample>>> NewReader(
      OperatorContext& context, const SourceSplit& split) const override;

 private:
  std::chrono::milliseconds interval_;
  std::size_t top_ = 0;
  std::string root_ = "/proc";
};

/// env.from("host", procfs_source(1s).top(5)).set_parallelism(1)
inline ProcfsSource procfs_source(std::chrono::milliseconds interval) {
  return ProcfsSource(interval);
}

}  // namespace penstock
