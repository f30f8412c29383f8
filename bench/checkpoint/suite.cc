// A job with much keyed state at full speed: what checkpoints cost it, and how it comes back.

#include "bench/checkpoint/suite.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bench/checkpoint/measured_job.h"
#include "bench/measure.h"

namespace penstock::bench {
namespace {

constexpr double kKeysPerScale = 16.0 * (1 << 20);  // times 64 bytes: 1 GiB
constexpr double kMemoryPerScale = 4.0 * (1 << 30);
constexpr double kMebibyte = 1 << 20;
constexpr double kInterval = 1;
constexpr int kRounds = 3;
constexpr std::size_t kCheckpoints = 3;
constexpr double kUndisturbedSeconds = 3;
constexpr double kChangesPerSecond = 100'000;
constexpr double kFullSpeed = 0.95;
constexpr double kWindow = 0.1;
constexpr double kLongestReturn = 120;

template <typename Get>
double MedianOf(const std::vector<TakenCheckpoint>& taken, Get&& get) {
  std::vector<double> values;
  for (const TakenCheckpoint& one : taken) values.push_back(get(one));
  return Median(std::move(values));
}

void AddPhases(Report& report, const std::vector<TakenCheckpoint>& taken) {
  const auto add = [&](const char* name, auto get, const char* unit) {
    report.Add(name, MedianOf(taken, get), unit);
  };
  add(
      "  freeze", [](const TakenCheckpoint& t) { return t.freeze; }, "ms");
  add(
      "  store the changes", [](const TakenCheckpoint& t) { return t.written.store; }, "ms");
  add(
      "  place the files", [](const TakenCheckpoint& t) { return t.written.link; }, "ms");
  add(
      "    CPU time of both", [](const TakenCheckpoint& t) { return t.written.cpu; }, "ms");
  add(
      "  thaw", [](const TakenCheckpoint& t) { return t.thaw; }, "ms");
  const auto bytes = [](std::uint64_t n) { return static_cast<double>(n) / kMebibyte; };
  add(
      "  new", [&](const TakenCheckpoint& t) { return bytes(t.written.new_bytes); }, "MiB");
  add(
      "  all", [&](const TakenCheckpoint& t) { return bytes(t.written.full_bytes); }, "MiB");
}

void AddStall(Report& report, const Stretch& with, double undisturbed, bool bounded) {
  report.Add("  longest stall", with.longest, "ms", std::nullopt,
             bounded ? std::optional(AtMost(10)) : std::nullopt);
  report.Add("    CPU time of the longest one", with.longest_cpu, "ms");
  if (undisturbed > 0) report.Add("    longest stall without checkpoints", undisturbed, "ms");
}

class Suite {
 public:
  Suite(Report& report, double scale)
      : report_(report),
        scale_(scale),
        keys_(static_cast<std::uint64_t>(kKeysPerScale * scale)),
        memory_(static_cast<std::uint64_t>(kMemoryPerScale * std::max(scale, 0.25))),
        job_(keys_, memory_) {}

  Status Run() {
    PENSTOCK_RETURN_IF_ERROR(job_.Open(nullptr));
    const double start = WallSeconds();
    PENSTOCK_RETURN_IF_ERROR(job_.Build());
    report_.Add(fmt::format("build {:.1f} M entries of 64 bytes", static_cast<double>(keys_) / 1e6),
                WallSeconds() - start, "s");
    PENSTOCK_RETURN_IF_ERROR(First());
    PENSTOCK_RETURN_IF_ERROR(
        Row("lost to checkpoints, 100 k changes/s", {kChangesPerSecond}, /*budgets=*/true));
    PENSTOCK_RETURN_IF_ERROR(Restore());
    return Row("lost to checkpoints, every record a change", {-1}, /*budgets=*/false);
  }

 private:
  Status First() {
    std::vector<TakenCheckpoint> taken;
    PENSTOCK_ASSIGN_OR_RETURN(const Stretch first,
                              job_.RunWithCheckpoints({kChangesPerSecond}, 1, kInterval, taken));
    report_.Add("first checkpoint, of all entries",
                taken.front().written.store + taken.front().written.link, "ms");
    AddPhases(report_, taken);
    AddStall(report_, first, 0, /*bounded=*/scale_ <= 1);
    return Status::Ok();
  }

  /// In turns without and with checkpoints, so that both meet the same machine.
  Status Row(const std::string& name, Workload workload, bool budgets) {
    Stretch without;
    Stretch with;
    std::vector<TakenCheckpoint> taken;
    for (int round = 0; round < kRounds; ++round) {
      PENSTOCK_ASSIGN_OR_RETURN(const Stretch quiet, job_.Run(workload, kUndisturbedSeconds));
      without.Add(quiet);
      // What has changed meanwhile is not part of any interval.
      std::vector<TakenCheckpoint> apart;
      PENSTOCK_RETURN_IF_ERROR(job_.RunWithCheckpoints(workload, 1, kInterval, apart).status());
      std::vector<TakenCheckpoint> some;
      PENSTOCK_ASSIGN_OR_RETURN(const Stretch busy,
                                job_.RunWithCheckpoints(workload, kCheckpoints, kInterval, some));
      with.Add(busy);
      taken.insert(taken.end(), some.begin(), some.end());
    }
    full_rate_ = without.rate();
    AddLoss(name, without, with, taken, budgets);
    AddStall(report_, with, without.longest, budgets);
    AddPhases(report_, taken);
    return Status::Ok();
  }

  void AddLoss(const std::string& name, const Stretch& without, const Stretch& with,
               const std::vector<TakenCheckpoint>& taken, bool budgets) {
    const auto budget = budgets ? std::optional(AtMost(5)) : std::nullopt;
    const auto lost = [](double less, double more) { return 100 * (1 - less / more); };
    report_.Add(name, lost(with.rate(), without.rate()), "%", std::nullopt, budget);
    report_.Add("  if all cores were busy, by CPU time of all threads",
                lost(without.cpu_per_record(), with.cpu_per_record()), "%", std::nullopt, budget);
    report_.Add("    CPU time of the task for its records",
                lost(without.task_cpu / without.records, with.task_cpu / with.records), "%");
    double snapshots = 0;
    for (const TakenCheckpoint& one : taken) snapshots += one.written.cpu;
    const auto count = static_cast<double>(taken.size());
    report_.Add("    CPU time of merging files, per checkpoint",
                ((with.cpu - with.task_cpu) * 1e3 - snapshots) / count, "ms");
    report_.Add("  undisturbed", without.rate() / 1e6, "M records/s");
    report_.Add("  interval between checkpoints", with.wall * 1e3 / count, "ms");
  }

  Status Restore() {
    PENSTOCK_ASSIGN_OR_RETURN(auto checkpoint, job_.checkpointer().Read());
    MeasuredJob restored(keys_, memory_);
    const double start = WallSeconds();
    PENSTOCK_RETURN_IF_ERROR(restored.Open(std::move(checkpoint)));
    report_.Add("restore: open", (WallSeconds() - start) * 1e3, "ms");
    PENSTOCK_RETURN_IF_ERROR(restored.Run({kChangesPerSecond}, 0).status());
    report_.Add("  until the first batch is done", (WallSeconds() - start) * 1e3, "ms",
                std::nullopt, AtMost(1000));
    PENSTOCK_ASSIGN_OR_RETURN(const double full, UntilFullSpeed(restored, start));
    report_.Add("  until 95 % of the undisturbed rate", full, "s");
    if (restored.missing() + job_.missing() == 0) return Status::Ok();
    return Status::Internal(fmt::format("{} accesses to entries that were missing",
                                        restored.missing() + job_.missing()));
  }

  Result<double> UntilFullSpeed(MeasuredJob& restored, double start) {
    double reached = 0;
    double records = 0;
    while (reached < kFullSpeed * full_rate_) {
      PENSTOCK_ASSIGN_OR_RETURN(const Stretch window, restored.Run({kChangesPerSecond}, kWindow));
      reached = window.rate();
      records += window.records;
      if (WallSeconds() - start > kLongestReturn) return Status::Internal("full speed not reached");
    }
    const double seconds = WallSeconds() - start;
    report_.Add("  records a second until then", records / seconds / 1e6, "M records/s");
    return seconds;
  }

  Report& report_;
  const double scale_;
  const std::uint64_t keys_;
  const std::uint64_t memory_;
  MeasuredJob job_;
  double full_rate_ = 0;  // of the last row
};

}  // namespace

void MeasureCheckpointsOfJob(Report& report, double scale) {
  if (!report.Begin(fmt::format("checkpoints with {:.2f} GiB of state", scale))) return;
  Suite suite(report, scale);
  if (const Status status = suite.Run(); !status.ok()) report.Fail("", status.message());
}

}  // namespace penstock::bench
