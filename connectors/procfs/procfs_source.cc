#include "connectors/procfs/procfs_source.h"

#include <unistd.h>

#include <deque>
#include <optional>

#include "common/bytes.h"

namespace penstock {
namespace {

constexpr std::uint32_t kVersion = 1;

/// There is nothing to go back to: the position only has a version.
void AppendPosition(std::string& state) { ByteWriter(state).Fixed(kVersion); }

class ProcfsReader final : public SplitReader<MetricSample> {
 public:
  ProcfsReader(OperatorContext& context, std::string root, std::chrono::milliseconds interval,
               std::size_t top)
      : context_(context), root_(std::move(root)), interval_(interval), top_(top) {
    const long ticks = ::sysconf(_SC_CLK_TCK);
    if (ticks > 0) ticks_per_second_ = static_cast<double>(ticks);
  }

  Result<ReadResult> Read(TypedBatch<MetricSample>& batch) override {
    if (pending_.empty() && context_.clock().Now() >= next_) PENSTOCK_RETURN_IF_ERROR(Measure());
    while (!pending_.empty() && batch.room() > 0) {
      batch.Append(std::move(pending_.front()), Timestamp{});
      pending_.pop_front();
    }
    return pending_.empty() ? ReadResult::kNothingYet : ReadResult::kMore;
  }
  Clock::MonotonicTime next_read() const override { return next_; }
  void SnapshotPosition(std::string& state) const override { AppendPosition(state); }

 private:
  Status Measure() {
    const Clock::MonotonicTime now = context_.clock().Now();
    PENSTOCK_ASSIGN_OR_RETURN(HostReading reading,
                              ReadHost(context_.file_system(), root_, top_ > 0));
    if (last_) {
      SampleOptions options;
      options.time = {ToMillis(context_.clock().Wall())};
      options.elapsed = now - last_time_;
      options.ticks_per_second = ticks_per_second_;
      options.top = top_;
      for (MetricSample& sample : Compare(*last_, reading, options)) {
        pending_.push_back(std::move(sample));
      }
    }
    last_ = std::move(reading);
    last_time_ = now;
    next_ = next_ + interval_ > now ? next_ + interval_ : now + interval_;
    return Status::Ok();
  }

  OperatorContext& context_;
  const std::string root_;
  const std::chrono::milliseconds interval_;
  const std::size_t top_;
  double ticks_per_second_ = 100;
  std::optional<HostReading> last_;
  Clock::MonotonicTime last_time_{};
  Clock::MonotonicTime next_{};
  std::deque<MetricSample> pending_;  // measured, and no room in the batch yet
};

}  // namespace

std::string ProcfsSource::name() const { return "host metrics every " + FormatDuration(interval_); }

Status ProcfsSource::Validate(FileSystem&) const {
  if (interval_ >= std::chrono::milliseconds(10)) return Status::Ok();
  return Status::InvalidArgument("procfs_source() needs an interval of at least 10 ms",
                                 "processor time is counted in steps of about 10 ms");
}

Result<std::vector<SourceSplit>> ProcfsSource::Splits(OperatorContext&) const {
  std::vector<SourceSplit> splits(1);
  splits[0].id = "host";
  AppendPosition(splits[0].state);
  return splits;
}

Result<std::unique_ptr<SplitReader<MetricSample>>> ProcfsSource::NewReader(
    OperatorContext& context, const SourceSplit& split) const {
  ByteReader in(split.state);
  if (in.Fixed<std::uint32_t>() != kVersion || in.remaining() != 0) {
    return Status::Corruption("the stored position of host metrics has a wrong version or size");
  }
  return std::unique_ptr<SplitReader<MetricSample>>(
      std::make_unique<ProcfsReader>(context, root_, interval_, top_));
}

}  // namespace penstock
