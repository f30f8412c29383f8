#include "bench/checkpoint/measured_job.h"

#include <algorithm>
#include <utility>

#include "bench/measure.h"
#include "bench/micro/records.h"

namespace penstock::bench {
namespace {

/// Adds up what passes until it goes.
class Stopwatch {
 public:
  explicit Stopwatch(Stretch& stretch)
      : stretch_(stretch),
        wall_(WallSeconds()),
        cpu_(ProcessSeconds()),
        task_cpu_(ThreadSeconds()) {}
  ~Stopwatch() {
    stretch_.wall += WallSeconds() - wall_;
    stretch_.cpu += ProcessSeconds() - cpu_;
    stretch_.task_cpu += ThreadSeconds() - task_cpu_;
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  Stretch& stretch_;
  const double wall_;
  const double cpu_;
  const double task_cpu_;
};

}  // namespace

void Stretch::Add(const Stretch& other) {
  wall += other.wall;
  cpu += other.cpu;
  task_cpu += other.task_cpu;
  records += other.records;
  longest = std::max(longest, other.longest);
  longest_cpu = std::max(longest_cpu, other.longest_cpu);
}

Status MeasuredJob::Build() {
  for (std::uint64_t key = 0; key < keys_;) {
    batch_.Clear();
    for (; !batch_.full() && key < keys_; ++key) {
      batch_.AppendSlot({}) = {Scramble(key), static_cast<std::int64_t>(key), true};
    }
    PENSTOCK_RETURN_IF_ERROR(job_.Step(batch_, /*snapshot_in_flight=*/false));
  }
  return Status::Ok();
}

TypedBatch<Access>& MeasuredJob::Next(Pace& pace) {
  batch_.Clear();
  double due = (WallSeconds() - pace.start) * pace.per_second - pace.done;
  if (pace.per_second < 0) due = 1e9;
  while (!batch_.full()) {
    random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::uint64_t index = ((random_ >> 32) * keys_) >> 32;
    const bool changes = due >= 1;
    if (changes) {
      --due;
      ++pace.done;
    }
    batch_.AppendSlot({}) = {Scramble(index), static_cast<std::int64_t>(random_ >> 40), changes};
  }
  return batch_;
}

Status MeasuredJob::Step(Pace& pace, Stretch& stretch) {
  TypedBatch<Access>& batch = Next(pace);
  stretch.records += static_cast<double>(batch.size());
  PENSTOCK_RETURN_IF_ERROR(job_.Step(batch, checkpointer_.in_flight()));
  const double end = WallSeconds();
  const double cpu = ThreadSeconds();
  stretch.longest = std::max(stretch.longest, (end - last_end_) * 1e3);
  stretch.longest_cpu = std::max(stretch.longest_cpu, (cpu - last_cpu_) * 1e3);
  last_end_ = end;
  last_cpu_ = cpu;
  return Status::Ok();
}

Result<Stretch> MeasuredJob::Run(Workload workload, double seconds) {
  Stretch stretch;
  {
    const Stopwatch stopwatch(stretch);
    Pace pace{workload.changes_per_second, last_end_ = WallSeconds()};
    last_cpu_ = ThreadSeconds();
    while (last_end_ < pace.start + seconds) PENSTOCK_RETURN_IF_ERROR(Step(pace, stretch));
  }
  return stretch;
}

Status MeasuredJob::Begin(TakenCheckpoint& taken) {
  const double start = WallSeconds();
  PENSTOCK_ASSIGN_OR_RETURN(FrozenChain frozen, job_.Freeze(CheckpointId(1)));
  taken.freeze = (WallSeconds() - start) * 1e3;
  checkpointer_.Write(std::move(frozen));
  return Status::Ok();
}

Status MeasuredJob::End(TakenCheckpoint& taken) {
  const double start = WallSeconds();
  PENSTOCK_ASSIGN_OR_RETURN(taken.written, checkpointer_.Finish());
  taken.thaw = (WallSeconds() - start) * 1e3;
  return Status::Ok();
}

Result<Stretch> MeasuredJob::RunWithCheckpoints(Workload workload, std::size_t count,
                                                double interval,
                                                std::vector<TakenCheckpoint>& taken) {
  Stretch stretch;
  {
    const Stopwatch stopwatch(stretch);
    Pace pace{workload.changes_per_second, last_end_ = WallSeconds()};
    last_cpu_ = ThreadSeconds();
    double next = last_end_;
    while (taken.size() < count || checkpointer_.in_flight() || last_end_ < next) {
      if (checkpointer_.written()) PENSTOCK_RETURN_IF_ERROR(End(taken.back()));
      if (taken.size() < count && !checkpointer_.in_flight() && last_end_ >= next) {
        PENSTOCK_RETURN_IF_ERROR(Begin(taken.emplace_back()));
        next = last_end_ + interval;
      }
      PENSTOCK_RETURN_IF_ERROR(Step(pace, stretch));
    }
  }
  return stretch;
}

}  // namespace penstock::bench
