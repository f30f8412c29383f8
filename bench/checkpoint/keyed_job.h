#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "api/runtime/plugin.h"
#include "api/runtime/typed_batch.h"
#include "bench/state/state_bed.h"
#include "worker/task/operator_chain.h"

namespace penstock::bench {

/// One record: looks a key's profile up, or changes it.
struct Access {
  std::uint64_t key = 0;
  std::int64_t value = 0;
  bool changes = false;
};

/// Of each key; with the key and what the table needs, an entry takes 64 bytes.
struct Profile {
  std::int64_t changes = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::int64_t sum = 0;
};

/// A task without input and output: a chain of a process function with keyed state and a sink, its
/// state, and what Task does with both between two batches.
class KeyedJob {
 public:
  explicit KeyedJob(std::uint64_t memory_bytes);

  /// Before all else; `restore` may be null.
  Status Open(std::shared_ptr<const RestoredCheckpoint> restore);
  /// One step of the task. `snapshot_in_flight`: a checkpoint is being written.
  Status Step(TypedBatch<Access>& batch, bool snapshot_in_flight);
  Result<FrozenChain> Freeze(CheckpointId checkpoint);

  StateBed& bed() { return bed_; }
  /// Accesses to keys without a profile, without making one.
  std::uint64_t missing() const { return missing_; }

 private:
  static JobVertex Vertex();

  StateBed bed_;
  std::uint64_t missing_ = 0;
  const JobVertex vertex_;
  std::vector<OperatorSpec> specs_;
  OperatorChain chain_;
  std::uint32_t unmeasured_steps_ = 0;
};

}  // namespace penstock::bench
