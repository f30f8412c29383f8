#pragma once

#include <cstdint>
#include <vector>

#include "bench/checkpoint/keyed_job.h"
#include "bench/state/checkpointer.h"

namespace penstock::bench {

/// What the records do: all of them look up uniformly distributed keys, and some change what they
/// find.
struct Workload {
  /// So many a second; negative: every record.
  double changes_per_second = 0;
};

/// Some time of a job at full speed.
struct Stretch {
  double wall = 0;      // seconds
  double cpu = 0;       // of all threads of the process
  double task_cpu = 0;  // of the one that works on the records
  double records = 0;
  double longest = 0;      // milliseconds from the end of one batch to the end of the next
  double longest_cpu = 0;  // likewise, CPU time of the task's thread

  void Add(const Stretch& other);
  double rate() const { return records / wall; }
  double cpu_per_record() const { return cpu / records; }
};

/// All checkpoints of a stretch.
struct TakenCheckpoint {
  double freeze = 0;  // milliseconds, like the next
  double thaw = 0;
  CheckpointFigures written;
};

/// A KeyedJob that makes its own records.
class MeasuredJob {
 public:
  MeasuredJob(std::uint64_t keys, std::uint64_t memory_bytes)
      : keys_(keys), job_(memory_bytes), checkpointer_(job_.bed()) {}

  Status Open(std::shared_ptr<const RestoredCheckpoint> restore) {
    return job_.Open(std::move(restore));
  }
  /// Gives every key a profile.
  Status Build();
  /// Without checkpoints.
  Result<Stretch> Run(Workload workload, double seconds);
  /// Takes `count` of them, the first at once, the next an interval after the last began or as soon
  /// as that one is written.
  Result<Stretch> RunWithCheckpoints(Workload workload, std::size_t count, double interval,
                                     std::vector<TakenCheckpoint>& taken);

  std::uint64_t missing() const { return job_.missing(); }
  Checkpointer& checkpointer() { return checkpointer_; }

 private:
  struct Pace {
    double per_second;
    double start;
    double done = 0;
  };

  TypedBatch<Access>& Next(Pace& pace);
  Status Step(Pace& pace, Stretch& stretch);
  Status Begin(TakenCheckpoint& taken);
  Status End(TakenCheckpoint& taken);

  const std::uint64_t keys_;
  KeyedJob job_;
  Checkpointer checkpointer_;
  TypedBatch<Access> batch_;
  std::uint64_t random_ = 1;
  double last_end_ = 0;
  double last_cpu_ = 0;
};

}  // namespace penstock::bench
