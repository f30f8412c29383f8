// A table of 1 M entries is frozen, written by the background thread while the task goes on
// counting, and loaded again.

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "bench/measure.h"
#include "bench/micro/key_stream.h"
#include "bench/micro/suites.h"
#include "worker/state/snapshot_write.h"
#include "worker/state/task_restore.h"
#include "worker/task/serial_executor.h"

namespace penstock::bench {
namespace {

constexpr std::uint64_t kKeys = 1'000'000;

/// What one checkpoint has taken, in milliseconds.
struct Times {
  double freeze = 0;
  double write = 0;
  double longest_batch = 0;      // wall-clock time while the snapshot was written
  double longest_batch_cpu = 0;  // CPU time of the task's thread
  double usual_batch = 0;        // the longest one in as much time without a snapshot
};

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "penstock-bench-XXXXXX";
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class Checkpoints {
 public:
  Checkpoints() : table_(FilledTable(kKeys)), loop_(&Keyed::key), stream_(kKeys) {
    executor_.Start();
  }
  ~Checkpoints() { executor_.Stop(); }

  Result<Times> Take(const std::string& directory) {
    Times times;
    const double start = WallSeconds();
    std::unique_ptr<TableSnapshot> content = table_->Freeze();
    times.freeze = (WallSeconds() - start) * 1e3;
    FrozenChain chain;
    chain.operators.push_back({"count", "count", "", {}});
    chain.operators[0].tables.push_back({Descriptor(), std::move(content)});
    std::packaged_task<void()> write([&] { Write(directory, std::move(chain), times); });
    std::future<void> written = write.get_future();
    done_ = false;
    executor_.Submit(std::move(write));
    CountUntil([this] { return done_.load(std::memory_order_relaxed); }, times.longest_batch,
               times.longest_batch_cpu);
    written.get();
    table_->Thaw();
    const double end = WallSeconds() + times.write * 1e-3;
    double ignored = 0;
    CountUntil([end] { return WallSeconds() >= end; }, times.usual_batch, ignored);
    if (!outcome_->ok()) return outcome_->status();
    return times;
  }

  /// Milliseconds to verify and load what the last Take has written.
  Result<double> Load(const std::string& directory) {
    CountTable table(Descriptor(), kAllGroups, kDefaultMaxParallelism);
    const double start = WallSeconds();
    PENSTOCK_ASSIGN_OR_RETURN(
        const TaskRestore restore,
        TaskRestore::Open(PosixFileSystem(), directory, **outcome_, 1, kDefaultMaxParallelism, 0));
    PENSTOCK_RETURN_IF_ERROR(restore.LoadTables(*restore.Find("count"), {&table}));
    const double millis = (WallSeconds() - start) * 1e3;
    if (table.size() != kKeys) return Status::Internal("entries are missing");
    return millis;
  }

 private:
  static StateDescriptor Descriptor() {
    return {"count", "count",
            "value", FingerprintOf<std::uint64_t>(),
            {},      FingerprintOf<std::uint64_t>()};
  }
  void Write(const std::string& directory, FrozenChain chain, Times& times) {
    const double start = WallSeconds();
    SnapshotTarget target;
    target.directory = directory;
    target.checkpoint = CheckpointId(1);
    target.max_parallelism = kDefaultMaxParallelism;
    outcome_.emplace(WriteTaskSnapshot(PosixFileSystem(), target, std::move(chain)));
    times.write = (WallSeconds() - start) * 1e3;
    done_ = true;
  }
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

  std::unique_ptr<CountTable> table_;
  CountLoop loop_;
  KeyStream stream_;
  SerialExecutor executor_;
  std::atomic<bool> done_{false};
  std::optional<Result<TaskSnapshot>> outcome_;
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
  std::vector<Times> all;
  std::vector<double> loads;
  for (int i = 0; i < kRepetitions; ++i) {
    TemporaryDirectory directory;
    Result<Times> times = checkpoints.Take(directory.path());
    if (!times.ok()) return report.Fail("write", times.status().message());
    all.push_back(*times);
    Result<double> load = checkpoints.Load(directory.path());
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
  report.Add("verify and load 1 M entries", Median(loads), "ms");
}

}  // namespace penstock::bench
