// A table of 1 M entries is frozen, written by the background thread while the task goes on
// counting, and loaded again.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "bench/measure.h"
#include "bench/micro/key_stream.h"
#include "bench/micro/suites.h"
#include "bench/state/checkpointer.h"
#include "bench/state/state_bed.h"

namespace penstock::bench {
namespace {

constexpr std::uint64_t kKeys = 1'000'000;
constexpr std::uint64_t kMemory = 1ULL << 30;
constexpr std::uint32_t kLoadedAtOnce = 1024;

/// What one checkpoint has taken, in milliseconds.
struct Times {
  double freeze = 0;
  double write = 0;
  double longest_batch = 0;      // wall-clock time while the snapshot was written
  double longest_batch_cpu = 0;  // CPU time of the task's thread
  double usual_batch = 0;        // the longest one in as much time without a snapshot
};

StateDescriptor Counts() {
  return {"count", "count",
          "value", FingerprintOf<std::uint64_t>(),
          {},      FingerprintOf<std::uint64_t>()};
}

class Checkpoints {
 public:
  Checkpoints()
      : table_(FilledTable(kKeys, Counts())),
        bed_(kMemory),
        checkpointer_(bed_),
        loop_(&Keyed::key),
        stream_(kKeys) {}

  Status Open() { return bed_.Open(*table_); }

  Result<Times> Take() {
    Times times;
    const double start = WallSeconds();
    FrozenChain chain;
    chain.operators.push_back({"count", "count", "", {}});
    chain.operators[0].tables.push_back({table_->descriptor(), table_->Freeze()});
    bed_.state().BeginSnapshot();
    times.freeze = (WallSeconds() - start) * 1e3;
    checkpointer_.Write(std::move(chain));
    CountUntil([this] { return checkpointer_.written(); }, times.longest_batch,
               times.longest_batch_cpu);
    PENSTOCK_ASSIGN_OR_RETURN(const CheckpointFigures figures, checkpointer_.Finish());
    times.write = figures.store + figures.link;
    // So long that nearly all entries change before the next one.
    const double end = WallSeconds() + std::max(times.write * 1e-3, 0.3);
    double ignored = 0;
    CountUntil([end] { return WallSeconds() >= end; }, times.usual_batch, ignored);
    return times;
  }

  /// Milliseconds to restore what the last Take has written, and to have all of it in memory.
  Result<double> Load() {
    PENSTOCK_ASSIGN_OR_RETURN(auto restore, checkpointer_.Read());
    CountTable table(Counts(), kAllGroups, kDefaultMaxParallelism);
    StateBed bed(kMemory);
    const double start = WallSeconds();
    PENSTOCK_RETURN_IF_ERROR(bed.Open(table, std::move(restore)));
    while (!table.Fill(kLoadedAtOnce)) {
    }
    const double millis = (WallSeconds() - start) * 1e3;
    if (table.size() != kKeys) return Status::Internal("entries are missing");
    return millis;
  }

 private:
  template <typename Done>
  void CountUntil(Done done, double& longest, double& longest_cpu) {
    while (!done()) {
      TypedBatch<Keyed>& batch = stream_.Next();
      const double start = WallSeconds();
      const double start_cpu = ThreadSeconds();
      CountBatch(loop_, *table_, batch);
      longest = std::max(longest, (WallSeconds() - start) * 1e3);
      longest_cpu = std::max(longest_cpu, (ThreadSeconds() - start_cpu) * 1e3);
    }
  }

  const std::unique_ptr<CountTable> table_;
  StateBed bed_;
  Checkpointer checkpointer_;
  CountLoop loop_;
  KeyStream stream_;
};

double MedianOf(const std::vector<Times>& all, double Times::*member) {
  std::vector<double> values;
  for (const Times& times : all) values.push_back(times.*member);
  return Median(std::move(values));
}

}  // namespace

void MeasureCheckpoint(Report& report) {
  if (!report.Begin("checkpoint")) return;
  Checkpoints checkpoints;
  if (const Status opened = checkpoints.Open(); !opened.ok()) {
    return report.Fail("open", opened.message());
  }
  std::vector<Times> all;
  std::vector<double> loads;
  for (int i = 0; i < kRepetitions; ++i) {
    Result<Times> times = checkpoints.Take();
    if (!times.ok()) return report.Fail("write", times.status().message());
    all.push_back(*times);
    Result<double> load = checkpoints.Load();
    if (!load.ok()) return report.Fail("load", load.status().message());
    loads.push_back(*load);
  }
  report.Add("freeze 1 M entries", MedianOf(all, &Times::freeze), "ms");
  report.Add("write them, the task counting on all the time", MedianOf(all, &Times::write), "ms",
             AtMost(390));
  report.Add("longest batch meanwhile", MedianOf(all, &Times::longest_batch), "ms", std::nullopt,
             AtMost(10));
  report.Add("  CPU time of the longest batch", MedianOf(all, &Times::longest_batch_cpu), "ms");
  report.Add("  longest batch without a snapshot", MedianOf(all, &Times::usual_batch), "ms");
  report.Add("restore 1 M entries and load all of them", Median(loads), "ms");
}

}  // namespace penstock::bench
